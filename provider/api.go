package provider

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inventory"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// Api is a resource server: a service that clients get access tokens for.
type Api struct{ config *Config }

// ApiArgs are the inputs. nil is an omitted input.
type ApiArgs struct {
	Name        string                   `pulumi:"name"`
	Resource    string                   `pulumi:"resource" provider:"replaceOnChanges"`
	Permissions map[string]ApiPermission `pulumi:"permissions,optional"`
	CimdAccess  *ApiCimdAccess           `pulumi:"cimdAccess,optional"`
}

// ApiPermission is a permission without its key.
type ApiPermission struct {
	Name        string  `pulumi:"name"`
	Description *string `pulumi:"description,optional"`
}

// ApiCimdAccess is the access of clients from client ID metadata documents.
type ApiCimdAccess struct {
	Enabled     bool     `pulumi:"enabled"`
	Permissions []string `pulumi:"permissions,optional"`
}

// ApiState is the state.
type ApiState struct {
	ApiArgs
	PermissionIDs map[string]string `pulumi:"permissionIds"`
	Instance
}

// Annotate describes the resource.
func (r *Api) Annotate(a infer.Annotator) {
	a.Describe(&r, "An API: a service for which clients get access tokens, with its permissions (scopes).\n\n"+
		"An `ApiGrant` defines which client may use the API. A token for the API has the API's `resource` as its audience and the granted permissions as its scopes.\n\n"+
		"Deleting an API also deletes its grants.\n\n"+
		"Import with the API ID, or with `name:` and the exact name: `pulumi import pocketid:index:Api backend <apiId>`.\n\n"+
		"Requires Pocket ID 2.10 or later.")
}

// Annotate describes the inputs.
func (r *ApiArgs) Annotate(a infer.Annotator) {
	a.Describe(&r.Name, "Name that users see, 1 to 50 characters. It does not have to be unique.")
	a.Describe(&r.Resource, "Identifier of the API in tokens (`aud` claim) and in token requests (parameter `resource`). An absolute URI without spaces or a fragment, at most 350 characters. "+
		"It must be unique and must not be the URL of Pocket ID itself. Changing it replaces the API and deletes its grants. "+
		"Adding or removing a trailing `/` is not a change; Pocket ID 2.14 or later removes it.")
	a.Describe(&r.Permissions, "All permissions of the API, by key. Permissions that are not listed are removed, together with their grants. `{}` removes all permissions. "+
		"If omitted, the current value is kept. A key is the scope in tokens: 1 to 128 printable ASCII characters without spaces, `\"` and `\\`. "+
		"It must not be `openid`, `profile`, `email`, `email_verified`, `groups` or `offline_access`. "+
		"A permission with a new key is a new permission, without the grants of the old one.")
	a.Describe(&r.CimdAccess, "Access to the API on behalf of users for clients that describe themselves with a client ID metadata document. If omitted, the current value is kept. "+
		"A new API allows no such access. Requires Pocket ID 2.14 or later.")
}

// Annotate describes a permission.
func (p *ApiPermission) Annotate(a infer.Annotator) {
	a.Describe(&p.Name, "Name that users see when they are asked for consent, 1 to 50 characters.")
	a.Describe(&p.Description, "Purpose of the permission, at most 200 characters.")
}

// Annotate describes the access of clients that describe themselves.
func (c *ApiCimdAccess) Annotate(a infer.Annotator) {
	a.Describe(&c.Enabled, "Whether clients that describe themselves with a client ID metadata document may use the API.")
	a.Describe(&c.Permissions, "Keys of the permissions that these clients may request. The order does not matter. Defaults to none. Pocket ID keeps them while `enabled` is `false`.")
}

// Annotate describes the outputs.
func (s *ApiState) Annotate(a infer.Annotator) {
	a.Describe(&s.PermissionIDs, "IDs of the API's permissions, by key. Also set if `permissions` is omitted.")
}

// Normalize brings the inputs to the form that Read returns.
func (*Api) Normalize(in property.Map) property.Map {
	in = inputs.NFC(in, "name", "resource")
	if all := in.Get("permissions"); all.IsMap() {
		normalized := map[string]property.Value{}
		for key, v := range all.AsMap().All {
			if v.IsMap() {
				v = property.WithGoValue(v, inputs.OmitEmpty(inputs.NFC(v.AsMap(), "name", "description"), "description"))
			}
			normalized[key] = v
		}
		in = in.Set("permissions", property.WithGoValue(all, property.NewMap(normalized)))
	}
	if cimd := in.Get("cimdAccess"); cimd.IsMap() {
		in = in.Set("cimdAccess", property.WithGoValue(cimd, inputs.OmitEmpty(inputs.Sets(cimd.AsMap(), "permissions"), "permissions")))
	}
	return in
}

// Check refuses what the server would refuse.
func (r *Api) Check(ctx context.Context, req infer.CheckRequest) (p.CheckResponse, error) {
	return inputs.Check(ctx, req, func(check *inputs.Checker, args *ApiArgs) {
		check.Length("name", args.Name, 1, 50)
		check.Length("resource", args.Resource, 1, 350)
		checkResourceURI(check, "resource", args.Resource)
		checkPermissions(check, "permissions", args.Permissions)
		checkFeature(check, r.config, api.APIs, "an Api")
		if args.CimdAccess != nil {
			checkFeatures(check, r.config, api.CIMDAccess, "cimdAccess")
			checkCimdPermissions(check, "cimdAccess", args)
		}
		if strings.HasSuffix(args.Resource, "/") {
			if version, err := r.config.previewVersion(ctx, api.TrimmedResources); err == nil {
				check.Normalize("resource", version.NormalizeResource(args.Resource))
			}
		}
	})
}

// checkResourceURI requires a resource indicator of RFC 8707.
func checkResourceURI(check *inputs.Checker, property, value string) {
	u, err := url.Parse(value)
	ok := err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "" || u.Path != "") && !strings.ContainsAny(value, "# \t\r\n")
	check.Require(ok, property, "must be an absolute URI such as https://api.example.com, without whitespace and # (got %s)", check.Quote(property, value))
	if ok {
		scheme := strings.ToLower(u.Scheme)
		check.Require(scheme != "javascript" && scheme != "data", property, "must not have the scheme %s", scheme)
	}
}

// checkPermissions validates permissions as the server does.
func checkPermissions(check *inputs.Checker, property string, permissions map[string]ApiPermission) {
	for _, key := range inputs.SortedKeys(permissions) {
		path := fmt.Sprintf("%s[%q]", property, key)
		check.Length(path, key, 1, 128)
		check.Require(!strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }), path,
			"must have a key of printable ASCII characters without space, \" and \\, because the key is a scope in tokens")
		check.Require(!slices.Contains(api.ReservedScopes(), strings.ToLower(key)), path, "must have another key; %q is a standard scope", key)
		check.Length(path+".name", permissions[key].Name, 1, 50)
		check.Length(path+".description", inputs.ValueOr(permissions[key].Description, ""), 0, 200)
	}
}

// checkCimdPermissions requires permissions that the API will have. If the program omits
// the permissions, only the server knows them.
func checkCimdPermissions(check *inputs.Checker, property string, args *ApiArgs) {
	if args.Permissions == nil || check.Skips("permissions") {
		return
	}
	for _, key := range args.CimdAccess.Permissions {
		_, has := args.Permissions[key]
		check.Require(has, property, "must contain only permissions of this API, which has no %s", check.Quote(property, key))
	}
}

// Plan keeps what is omitted, and ignores a trailing slash of the resource.
func (*Api) Plan(plan *lifecycle.Plan) {
	plan.KeepIfOmitted("permissions", "cimdAccess")
	before, after := plan.State.Get("resource"), plan.Inputs.Get("resource")
	if after.IsString() && strings.TrimRight(inputs.Text(before), "/") == strings.TrimRight(inputs.Text(after), "/") {
		plan.Drop("resource")
	}
	if plan.Differs("permissions") && !haveSameKeys(plan.State.Get("permissionIds"), plan.Inputs.Get("permissions")) {
		plan.Recompute("permissionIds")
	}
}

func haveSameKeys(a, b property.Value) bool {
	if !a.IsMap() || !b.IsMap() {
		return false
	}
	return slices.Equal(inputs.SortedKeys(a.AsMap().AsMap()), inputs.SortedKeys(b.AsMap().AsMap()))
}

// Create creates the API, then its permissions, then its access for clients from metadata
// documents.
func (r *Api) Create(ctx context.Context, req infer.CreateRequest[ApiArgs]) (infer.CreateResponse[ApiState], error) {
	conn := r.config.conn()
	if err := req.Inputs.requireVersion(ctx, conn); err != nil {
		return infer.CreateResponse[ApiState]{}, err
	}
	created, err := conn.CreateAPI(ctx, req.Inputs.Name, req.Inputs.Resource)
	if err != nil {
		return infer.CreateResponse[ApiState]{}, err
	}
	created, _, err = req.Inputs.write(ctx, conn, created)
	return infer.CreateResponse[ApiState]{ID: created.ID, Output: apiState(created, req.Inputs)}, lifecycle.Incomplete(err)
}

func (args ApiArgs) requireVersion(ctx context.Context, conn *api.Conn) error {
	if err := conn.Require(ctx, api.APIs, "an Api"); err != nil || args.CimdAccess == nil {
		return err
	}
	return requireFeatures(ctx, conn, map[api.Feature][]string{api.CIMDAccess: {"cimdAccess"}})
}

// write writes the parts of an API that differ from the inputs, one after the other. It
// returns the API after the last successful write.
func (args ApiArgs) write(ctx context.Context, conn *api.Conn, before api.API) (after api.API, wrote bool, err error) {
	after = before
	written := func(next api.API, err error) error {
		if next.ID != "" {
			after, wrote = next, true
		}
		return err
	}
	current := apiState(before, args)
	if current.Name != args.Name {
		if err := written(conn.RenameAPI(ctx, before.ID, args.Name)); err != nil {
			return after, wrote, err
		}
	}
	if !maps.EqualFunc(current.Permissions, args.Permissions, ApiPermission.equals) {
		if err := written(conn.SetPermissions(ctx, before.ID, args.permissions())); err != nil {
			return after, wrote, err
		}
	}
	if cimd := args.CimdAccess; cimd != nil && !cimd.equals(apiState(after, args).CimdAccess) {
		err = written(conn.SetCIMDAccess(ctx, before.ID, api.CIMDSettings{Enabled: cimd.Enabled, PermissionKeys: cimd.Permissions}))
	}
	return after, wrote, err
}

func (p ApiPermission) equals(q ApiPermission) bool {
	return p.Name == q.Name && inputs.ValueOr(p.Description, "") == inputs.ValueOr(q.Description, "")
}

func (c *ApiCimdAccess) equals(other *ApiCimdAccess) bool {
	return other != nil && c.Enabled == other.Enabled && slices.Equal(c.Permissions, other.Permissions)
}

// Read reads the API. An import takes everything into the inputs.
func (r *Api) Read(ctx context.Context, req infer.ReadRequest[ApiArgs, ApiState]) (infer.ReadResponse[ApiArgs, ApiState], error) {
	found, err := r.config.conn().GetAPI(ctx, req.ID)
	if err != nil {
		return infer.ReadResponse[ApiArgs, ApiState]{}, err
	}
	state := apiState(found, req.Inputs)
	if lifecycle.IsImport(ctx) {
		state = importedAPI(found)
	}
	return infer.ReadResponse[ApiArgs, ApiState]{ID: found.ID, Inputs: state.ApiArgs, State: state}, nil
}

// Update writes what differs.
func (r *Api) Update(ctx context.Context, req infer.UpdateRequest[ApiArgs, ApiState]) (infer.UpdateResponse[ApiState], error) {
	var none infer.UpdateResponse[ApiState]
	conn := r.config.conn()
	if err := req.Inputs.requireVersion(ctx, conn); err != nil {
		return none, err
	}
	before, err := conn.GetAPI(ctx, req.ID)
	if err != nil {
		return none, err
	}
	after, wrote, err := req.Inputs.write(ctx, conn, before)
	if err != nil && !wrote {
		return none, err
	}
	return infer.UpdateResponse[ApiState]{Output: apiState(after, req.Inputs)}, lifecycle.Incomplete(err)
}

// Delete deletes the API with its permissions and grants.
func (r *Api) Delete(ctx context.Context, req infer.DeleteRequest[ApiState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, r.config.conn().DeleteAPI(ctx, req.ID)
}

// ImportedByName allows an import by the name.
func (*Api) ImportedByName() string { return "API" }

// ListInputs are the filters of List.
func (*Api) ListInputs() map[string]string { return map[string]string{} }

// List returns all APIs.
func (r *Api) List(ctx context.Context, _ map[string]string) ([]lifecycle.Listed, error) {
	return r.config.list(ctx, inventory.APIs, inventory.Filter{})
}

// permissions converts the permissions to the server's form.
func (args ApiArgs) permissions() map[string]api.PermissionSettings {
	all := map[string]api.PermissionSettings{}
	for key, p := range args.Permissions {
		all[key] = api.PermissionSettings(p)
	}
	return all
}

// apiState converts the server's form to the state. What the inputs omit is not in the
// state.
func apiState(a api.API, args ApiArgs) ApiState {
	state := ApiState{
		ApiArgs:       ApiArgs{Name: inputs.NormalizeNFC(a.Name), Resource: inputs.NormalizeNFC(a.Resource)},
		PermissionIDs: a.PermissionIDs(),
	}
	if args.Permissions != nil {
		state.Permissions = map[string]ApiPermission{}
		for _, p := range a.Permissions {
			state.Permissions[p.Key] = ApiPermission{inputs.NormalizeNFC(p.Name), inputs.NonEmpty(inputs.NormalizeNFC(inputs.ValueOr(p.Description, "")))}
		}
	}
	if args.CimdAccess != nil {
		state.CimdAccess = &ApiCimdAccess{inputs.ValueOr(a.AllowCIMDClients, false), inputs.NilIfEmpty(a.CIMDPermissionKeys())}
	}
	return state
}

// importedAPI is the state of an API with everything that the server returns.
func importedAPI(a api.API) ApiState {
	everything := ApiArgs{Permissions: map[string]ApiPermission{}}
	if a.AllowCIMDClients != nil {
		everything.CimdAccess = &ApiCimdAccess{}
	}
	return apiState(a, everything)
}
