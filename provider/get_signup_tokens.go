package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetSignupTokens lists the tokens with which people can make themselves users.
type GetSignupTokens struct{ config *Config }

// GetSignupTokensArgs are the inputs.
type GetSignupTokensArgs struct{}

// GetSignupTokensResult is the result.
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
	a.Describe(&g, "Looks up the signup tokens of the instance, oldest first. Pocket ID 2.10 or later does not return expired tokens."+anySupportedVersion)
}

// Annotate describes the results.
func (g *GetSignupTokensResult) Annotate(a infer.Annotator) {
	a.Describe(&g.SignupTokens, "The signup tokens.")
}

// Annotate describes the fields of a token.
func (t *SignupTokenSummary) Annotate(a infer.Annotator) {
	a.Describe(&t, "A token that people use to sign up as new users.")
	a.Describe(&t.ID, "ID of the token. Import the token with this ID.")
	a.Describe(&t.Token, "The token value.")
	a.Describe(&t.URL, "URL where people sign up with the token.")
	a.Describe(&t.CreatedAt, "Creation time in RFC 3339 format.")
	a.Describe(&t.ExpiresAt, "Expiration time in RFC 3339 format.")
	a.Describe(&t.UsageLimit, "Maximum number of people who may use the token.")
	a.Describe(&t.UsageCount, "Number of people who have used the token.")
	a.Describe(&t.UserGroupIDs, "IDs of the user groups that the new users join, sorted.")
}

// Invoke reads the tokens from Pocket ID.
func (g *GetSignupTokens) Invoke(ctx context.Context, _ infer.FunctionRequest[GetSignupTokensArgs]) (infer.FunctionResponse[GetSignupTokensResult], error) {
	var none infer.FunctionResponse[GetSignupTokensResult]
	conn := g.config.conn()
	all, err := conn.ListSignupTokens(ctx)
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	tokens := make([]SignupTokenSummary, len(all))
	for i, t := range all {
		tokens[i] = SignupTokenSummary{
			ID: t.ID, Token: t.Token, URL: signupURL(issuer, t.Token), CreatedAt: inputs.FormatTime(t.CreatedAt), ExpiresAt: inputs.FormatTime(t.ExpiresAt),
			UsageLimit: t.UsageLimit, UsageCount: t.UsageCount, UserGroupIDs: t.GroupIDs(),
		}
	}
	return infer.FunctionResponse[GetSignupTokensResult]{Output: GetSignupTokensResult{SignupTokens: tokens}}, nil
}
