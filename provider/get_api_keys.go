package provider

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// GetApiKeys looks up the API keys of the provider's own user.
type GetApiKeys struct{ config *Config }

// GetApiKeysArgs is empty: Pocket ID tells nobody of other users' keys.
type GetApiKeysArgs struct{}

// GetApiKeysResult has the keys.
type GetApiKeysResult struct {
	ApiKeys []ApiKeySummary `pulumi:"apiKeys"`
}

// ApiKeySummary is an API key, without its value.
type ApiKeySummary struct {
	ID          string  `pulumi:"id"`
	Name        string  `pulumi:"name"`
	Description *string `pulumi:"description,optional"`
	CreatedAt   string  `pulumi:"createdAt"`
	ExpiresAt   string  `pulumi:"expiresAt"`
	LastUsedAt  *string `pulumi:"lastUsedAt,optional"`
}

// Annotate describes the function.
func (g *GetApiKeys) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up the API keys of the user whose key the provider uses, expired ones included, to watch when they expire. "+
		"Their values are never told, and keys of other users are not seen. The server's own `STATIC_API_KEY` is not among them: it never expires.")
}

// Annotate describes the result.
func (r *GetApiKeysResult) Annotate(a infer.Annotator) {
	a.Describe(&r.ApiKeys, "The keys, by name.")
}

// Annotate describes a key.
func (k *ApiKeySummary) Annotate(a infer.Annotator) {
	a.Describe(&k.ID, "The key's id.")
	a.Describe(&k.Name, "Name that its user gave it.")
	a.Describe(&k.Description, "What its user says of it.")
	a.Describe(&k.CreatedAt, "When it was made, as in RFC 3339.")
	a.Describe(&k.ExpiresAt, "From when on it does not work, as in RFC 3339.")
	a.Describe(&k.LastUsedAt, "When it was last used, as in RFC 3339; that of the provider's own key is a moment ago. Empty if never.")
}

// Invoke reads all pages.
func (g *GetApiKeys) Invoke(ctx context.Context, _ infer.FunctionRequest[GetApiKeysArgs]) (infer.FunctionResponse[GetApiKeysResult], error) {
	var none infer.FunctionResponse[GetApiKeysResult]
	conn, err := g.config.connection()
	if err != nil {
		return none, err
	}
	all, err := conn.ListKeys(ctx)
	if err != nil {
		return none, err
	}
	keys := []ApiKeySummary{}
	for _, k := range all {
		keys = append(keys, apiKeyFound(k))
	}
	return infer.FunctionResponse[GetApiKeysResult]{Output: GetApiKeysResult{keys}}, nil
}

func apiKeyFound(k api.APIKey) ApiKeySummary {
	found := ApiKeySummary{ID: k.ID, Name: k.Name, Description: some(or(k.Description, "")), CreatedAt: timestamp(k.CreatedAt), ExpiresAt: timestamp(k.ExpiresAt)}
	if k.LastUsedAt != nil {
		found.LastUsedAt = ptr(timestamp(*k.LastUsedAt))
	}
	return found
}
