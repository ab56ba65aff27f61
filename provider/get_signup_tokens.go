package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// GetSignupTokens lists the tokens with which people can make themselves users.
type GetSignupTokens struct{ config *Config }

// GetSignupTokensArgs is empty: all tokens are meant.
type GetSignupTokensArgs struct{}

// GetSignupTokensResult is what the server shows.
type GetSignupTokensResult struct {
	SignupTokens []SignupTokenSummary `pulumi:"signupTokens"`
}

// SignupTokenSummary is one of them.
type SignupTokenSummary struct {
	ID           string   `pulumi:"id"`
	Token        string   `pulumi:"token" provider:"secret"`
	URL          string   `pulumi:"url" provider:"secret"`
	CreatedAt    string   `pulumi:"createdAt"`
	ExpiresAt    string   `pulumi:"expiresAt"`
	UsageLimit   int      `pulumi:"usageLimit"`
	UsageCount   int      `pulumi:"usageCount"`
	UserGroupIDs []string `pulumi:"userGroupIds"`
}

// Annotate describes the function.
func (g *GetSignupTokens) Annotate(a infer.Annotator) {
	a.Describe(&g, "Lists the signup tokens of the instance, the oldest first. Pocket ID from 2.10 on leaves out those that have expired.")
}

// Annotate describes the outputs.
func (g *GetSignupTokensResult) Annotate(a infer.Annotator) {
	a.Describe(&g.SignupTokens, "The tokens.")
}

// Annotate describes the fields of a token.
func (t *SignupTokenSummary) Annotate(a infer.Annotator) {
	a.Describe(&t, "A token with which people make themselves users.")
	a.Describe(&t.ID, "The id of the token, by which it is imported.")
	a.Describe(&t.Token, "The token itself.")
	a.Describe(&t.URL, "Where people sign up with it.")
	a.Describe(&t.CreatedAt, "When it was made.")
	a.Describe(&t.ExpiresAt, "When it stops working.")
	a.Describe(&t.UsageLimit, "How many people may use it.")
	a.Describe(&t.UsageCount, "How many have used it.")
	a.Describe(&t.UserGroupIDs, "Ids of the user groups that the new users join, sorted.")
}

// Invoke asks the server.
func (g *GetSignupTokens) Invoke(ctx context.Context, _ infer.FunctionRequest[GetSignupTokensArgs]) (infer.FunctionResponse[GetSignupTokensResult], error) {
	var none infer.FunctionResponse[GetSignupTokensResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	all, err := conn.ListSignupTokens(ctx)
	if err != nil {
		return none, err
	}
	tokens := make([]SignupTokenSummary, len(all))
	for i, t := range all {
		tokens[i] = SignupTokenSummary{
			ID: t.ID, Token: t.Token, URL: signupURL(issuer, t.Token), CreatedAt: timestamp(t.CreatedAt), ExpiresAt: timestamp(t.ExpiresAt),
			UsageLimit: t.UsageLimit, UsageCount: t.UsageCount, UserGroupIDs: t.GroupIDs(),
		}
	}
	return infer.FunctionResponse[GetSignupTokensResult]{Output: GetSignupTokensResult{SignupTokens: tokens}}, nil
}
