package provider

import (
	"context"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
)

// GetApiKeys looks up the API keys of the provider's own user.
type GetApiKeys struct{ config *Config }

// GetApiKeysArgs are the inputs: none. Pocket ID does not list the API keys of other users.
type GetApiKeysArgs struct{}

// GetApiKeysResult is the result.
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
	IsInUse     *bool   `pulumi:"isInUse,optional"`
}

// Annotate describes the function.
func (g *GetApiKeys) Annotate(a infer.Annotator) {
	a.Describe(&g, "Looks up the API keys of the user whose key the provider uses, including expired ones. Use it to monitor when keys expire.\n\n"+
		"Key values are never returned, and keys of other users are not visible. The server's `STATIC_API_KEY`, which never expires, is not included."+anySupportedVersion)
}

// Annotate describes the result.
func (r *GetApiKeysResult) Annotate(a infer.Annotator) {
	a.Describe(&r.ApiKeys, "The API keys, sorted by name.")
}

// Annotate describes a key.
func (k *ApiKeySummary) Annotate(a infer.Annotator) {
	a.Describe(&k.ID, "ID of the API key.")
	a.Describe(&k.Name, "Name of the API key.")
	a.Describe(&k.Description, "Description of the API key.")
	a.Describe(&k.CreatedAt, "Creation time in RFC 3339 format.")
	a.Describe(&k.ExpiresAt, "Expiration time in RFC 3339 format.")
	a.Describe(&k.LastUsedAt, "Time of the last use in RFC 3339 format. For the provider's own key, this is a moment ago. Empty if the key was never used.")
	a.Describe(&k.IsInUse, "Whether the provider uses this key. It is `true` for several keys if others of the same user were used within the last ten seconds, and for none with the server's `STATIC_API_KEY`.")
}

// Invoke reads the API keys from Pocket ID.
func (g *GetApiKeys) Invoke(ctx context.Context, _ infer.FunctionRequest[GetApiKeysArgs]) (infer.FunctionResponse[GetApiKeysResult], error) {
	var none infer.FunctionResponse[GetApiKeysResult]
	conn := g.config.conn()
	all, err := conn.ListAPIKeys(ctx)
	if err != nil {
		return none, err
	}
	inUse, _ := api.InUse(all)
	keys := []ApiKeySummary{}
	for _, k := range all {
		found := apiKeyFound(k)
		found.IsInUse = inputs.Ptr(slices.ContainsFunc(inUse, func(used api.APIKey) bool { return used.ID == k.ID }))
		keys = append(keys, found)
	}
	return infer.FunctionResponse[GetApiKeysResult]{Output: GetApiKeysResult{keys}}, nil
}

func apiKeyFound(k api.APIKey) ApiKeySummary {
	found := ApiKeySummary{ID: k.ID, Name: k.Name, Description: inputs.NonEmpty(inputs.ValueOr(k.Description, "")), CreatedAt: inputs.FormatTime(k.CreatedAt), ExpiresAt: inputs.FormatTime(k.ExpiresAt)}
	if k.LastUsedAt != nil {
		found.LastUsedAt = inputs.Ptr(inputs.FormatTime(*k.LastUsedAt))
	}
	return found
}
