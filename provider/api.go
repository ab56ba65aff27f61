package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/api"
)

// Api is what Pocket ID calls an API: a service that clients get tokens for.
type Api struct{ config *Config }

// ApiArgs is what a program says of an API; nil is what it leaves out.
type ApiArgs struct {
	Name        string                   `pulumi:"name"`
	Resource    string                   `pulumi:"resource" provider:"replaceOnChanges"`
	Permissions map[string]ApiPermission `pulumi:"permissions,optional"`
	CimdAccess  *ApiCimdAccess           `pulumi:"cimdAccess,optional"`
}

// ApiPermission is what people see of a permission.
type ApiPermission struct {
	Name        string  `pulumi:"name"`
	Description *string `pulumi:"description,optional"`
}

// ApiCimdAccess is what clients that describe themselves may do.
type ApiCimdAccess struct {
	Enabled     bool     `pulumi:"enabled"`
	Permissions []string `pulumi:"permissions,optional"`
}

// ApiState is what the stack knows of an API.
type ApiState struct {
	ApiArgs
	PermissionIDs map[string]string `pulumi:"permissionIds"`
	Issuer        string            `pulumi:"issuer"`
}

// Annotate describes the resource.
func (r *Api) Annotate(a infer.Annotator) {
	a.Describe(&r, "An API: a service that clients get access tokens for, with the permissions (scopes) that it knows. Needs Pocket ID 2.10 or later.\n\n"+
		"An `ApiGrant` says which client may use it. A token for an API has the API's `resource` as its audience and the granted permissions as its scopes. "+
		"Deleting an API takes its grants along. Import one by its id.")
}

// Annotate describes the inputs.
func (r *ApiArgs) Annotate(a infer.Annotator) {
	a.Describe(&r.Name, "Name that people see, 1 to 50 characters. Need not be unique.")
	a.Describe(&r.Resource, "What the API is called in tokens (their `aud` claim) and in requests for them (the parameter `resource`): an absolute URI without space or fragment, at most 350 characters, "+
		"unique, and not the address of Pocket ID itself. Pocket ID 2.14 and later take a `/` away from its end; to have one more or less there is no change. Changing it replaces the API, and takes its grants along.")
	a.Describe(&r.Permissions, "All the permissions of the API by their keys: what is not named here is removed, and with it what was granted of it. `{}` removes all. Left alone when left out. "+
		"A key is the scope in tokens: 1 to 128 printable ASCII characters without space, `\"` and `\\`, and not one of `openid`, `profile`, `email`, `email_verified`, `groups` and `offline_access`. "+
		"Another key is another permission: grants do not follow.")
	a.Describe(&r.CimdAccess, "Whether clients that describe themselves (by a client ID metadata document) may use the API on behalf of users. Left alone when left out; a new API is closed to them. Pocket ID 2.14 or later.")
}

// Annotate describes a permission.
func (p *ApiPermission) Annotate(a infer.Annotator) {
	a.Describe(&p.Name, "Name that people see when they are asked for consent, 1 to 50 characters.")
	a.Describe(&p.Description, "What it is for, at most 200 characters.")
}

// Annotate describes the access of clients that describe themselves.
func (c *ApiCimdAccess) Annotate(a infer.Annotator) {
	a.Describe(&c.Enabled, "Whether they may use the API.")
	a.Describe(&c.Permissions, "Keys of the permissions that they may ask for, in any order. Pocket ID keeps them while `enabled` is false. Default: none.")
}

// Annotate describes the outputs.
func (s *ApiState) Annotate(a infer.Annotator) {
	a.Describe(&s.PermissionIDs, "The ids of the API's permissions by their keys, also where the program leaves the permissions alone.")
	a.Describe(&s.Issuer, "The issuer of the Pocket ID instance that the API is in.")
}

// Canonical brings a program's words to the form that Read returns.
func (*Api) Canonical(in property.Map) property.Map {
	in = nfc(in, "name", "resource")
	if all := in.Get("permissions"); all.IsMap() {
		canonical := map[string]property.Value{}
		for key, v := range all.AsMap().All {
			if v.IsMap() {
				v = property.WithGoValue(v, emptyIsAbsent(nfc(v.AsMap(), "name", "description"), "description"))
			}
			canonical[key] = v
		}
		in = in.Set("permissions", property.WithGoValue(all, property.NewMap(canonical)))
	}
	if cimd := in.Get("cimdAccess"); cimd.IsMap() {
		in = in.Set("cimdAccess", property.WithGoValue(cimd, emptyIsAbsent(asSets(cimd.AsMap(), "permissions"), "permissions")))
	}
	return in
}

// Check says at preview what the server would refuse.
func (r *Api) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[ApiArgs], error) {
	args, failures, err := infer.DefaultCheck[ApiArgs](ctx, req.NewInputs)
	if err != nil {
		return infer.CheckResponse[ApiArgs]{Inputs: args, Failures: failures}, err
	}
	check := newChecks(ctx, req.NewInputs, req.OldInputs, failures)
	check.length("name", args.Name, 1, 50)
	check.length("resource", args.Resource, 1, 350)
	check.resourceURI("resource", args.Resource)
	check.permissions("permissions", args.Permissions)
	check.offered(r.config, api.APIs, "an Api")
	if args.CimdAccess != nil {
		check.knownTo(r.config, api.MetadataClientAccess, "cimdAccess")
		check.amongPermissions("cimdAccess", args)
	}
	if version, err := r.config.versionAtOnce(ctx); err == nil {
		args.Resource = version.Resource(args.Resource)
	}
	return infer.CheckResponse[ApiArgs]{Inputs: args, Failures: check.failures}, nil
}

// resourceURI wants what RFC 8707 calls a resource indicator.
func (c *checks) resourceURI(name, value string) {
	u, err := url.Parse(value)
	ok := err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "" || u.Path != "") && !strings.ContainsAny(value, "# \t\r\n")
	c.that(ok, name, "must be an absolute URI such as https://api.example.com, without space and #, is %s", c.quoted(name, value))
	if ok {
		scheme := strings.ToLower(u.Scheme)
		c.that(scheme != "javascript" && scheme != "data", name, "must not have the scheme %s", scheme)
	}
}

// permissions checks keys and what people see of them, as the server does.
func (c *checks) permissions(name string, permissions map[string]ApiPermission) {
	for _, key := range sortedKeys(permissions) {
		at := fmt.Sprintf("%s[%q]", name, key)
		c.length(at, key, 1, 128)
		c.that(!strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }), at,
			"must have a key of printable ASCII characters without space, \" and \\: it is a scope in tokens")
		c.that(!slices.Contains(api.ReservedScopes(), strings.ToLower(key)), at, "must have another key: Pocket ID uses %q itself", key)
		c.length(at+".name", permissions[key].Name, 1, 50)
		c.length(at+".description", or(permissions[key].Description, ""), 0, 200)
	}
}

// amongPermissions wants keys that the API will have; where the program leaves its
// permissions alone, the server knows them.
func (c *checks) amongPermissions(name string, args ApiArgs) {
	if args.Permissions == nil || c.silent("permissions") {
		return
	}
	for _, key := range args.CimdAccess.Permissions {
		_, has := args.Permissions[key]
		c.that(has, name, "must name permissions of this API: it has no %s", c.quoted(name, key))
	}
}

// Plan leaves alone what the program does, and names the outputs that are made anew.
func (*Api) Plan(c *change) {
	c.leftAlone("permissions", "cimdAccess")
	before, after := c.State.Get("resource"), c.Inputs.Get("resource")
	if after.IsString() && strings.TrimRight(text(before), "/") == strings.TrimRight(text(after), "/") {
		c.forget("resource")
	}
	if c.differs("permissions") && !sameKeys(c.State.Get("permissionIds"), c.Inputs.Get("permissions")) {
		c.renews("permissionIds")
	}
}

func sameKeys(a, b property.Value) bool {
	if !a.IsMap() || !b.IsMap() {
		return false
	}
	return slices.Equal(sortedKeys(a.AsMap().AsMap()), sortedKeys(b.AsMap().AsMap()))
}

// Create makes the API, then gives it its permissions, then opens it.
func (r *Api) Create(ctx context.Context, req infer.CreateRequest[ApiArgs]) (infer.CreateResponse[ApiState], error) {
	var none infer.CreateResponse[ApiState]
	conn, err := r.config.connection()
	if err != nil {
		return none, err
	}
	if err := req.Inputs.gate(ctx, conn); err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx) // before the first write: without it there is no state
	if err != nil {
		return none, err
	}
	made, err := conn.CreateAPI(ctx, req.Inputs.Name, req.Inputs.Resource)
	if err != nil {
		return none, err
	}
	made, _, err = req.Inputs.write(ctx, conn, made)
	return infer.CreateResponse[ApiState]{ID: made.ID, Output: apiState(made, req.Inputs, issuer)}, unfinished(err)
}

func (args ApiArgs) gate(ctx context.Context, conn *api.Conn) error {
	if err := offered(ctx, conn, api.APIs, "an Api"); err != nil || args.CimdAccess == nil {
		return err
	}
	return shut(ctx, conn, map[api.Feature][]string{api.MetadataClientAccess: {"cimdAccess"}})
}

// write makes an API what the program says, part by part, and tells what it is then.
func (args ApiArgs) write(ctx context.Context, conn *api.Conn, now api.API) (after api.API, wrote bool, err error) {
	after = now
	took := func(next api.API, failed error) bool {
		if next.ID != "" {
			after, wrote = next, true
		}
		err = failed
		return err == nil
	}
	said := apiState(now, args, "")
	if said.Name != args.Name && !took(conn.RenameAPI(ctx, now.ID, args.Name)) {
		return after, wrote, err
	}
	if !maps.EqualFunc(said.Permissions, args.Permissions, ApiPermission.is) && !took(conn.SetPermissions(ctx, now.ID, args.permissions())) {
		return after, wrote, err
	}
	if cimd := args.CimdAccess; cimd != nil && !cimd.is(apiState(after, args, "").CimdAccess) {
		took(conn.SetCIMDAccess(ctx, now.ID, cimd.Enabled, cimd.Permissions))
	}
	return after, wrote, err
}

func (p ApiPermission) is(q ApiPermission) bool {
	return p.Name == q.Name && or(p.Description, "") == or(q.Description, "")
}

func (c *ApiCimdAccess) is(other *ApiCimdAccess) bool {
	return other != nil && c.Enabled == other.Enabled && slices.Equal(c.Permissions, other.Permissions)
}

// Read brings back what the server has.
func (r *Api) Read(ctx context.Context, req infer.ReadRequest[ApiArgs, ApiState]) (infer.ReadResponse[ApiArgs, ApiState], error) {
	var none infer.ReadResponse[ApiArgs, ApiState]
	conn, err := r.config.connection()
	if err != nil {
		return none, err
	}
	now, err := conn.GetAPI(ctx, req.ID)
	if errors.Is(err, api.ErrNotFound) {
		return none, nil // no id: it is gone
	}
	if err != nil {
		return none, err
	}
	issuer, err := conn.Issuer(ctx)
	if err != nil {
		return none, err
	}
	state := apiState(now, req.Inputs, issuer)
	if imported := req.State.Issuer == ""; imported {
		state = wholeAPI(now, issuer)
	}
	return infer.ReadResponse[ApiArgs, ApiState]{ID: now.ID, Inputs: state.ApiArgs, State: state}, nil
}

// Update writes what differs.
func (r *Api) Update(ctx context.Context, req infer.UpdateRequest[ApiArgs, ApiState]) (infer.UpdateResponse[ApiState], error) {
	var none infer.UpdateResponse[ApiState]
	conn, err := r.config.connection()
	if err != nil {
		return none, err
	}
	if err := req.Inputs.gate(ctx, conn); err != nil {
		return none, err
	}
	now, err := conn.GetAPI(ctx, req.ID)
	if err != nil {
		return infer.UpdateResponse[ApiState]{Output: req.State}, err
	}
	now, wrote, err := req.Inputs.write(ctx, conn, now)
	if err != nil && !wrote {
		return infer.UpdateResponse[ApiState]{Output: req.State}, unwritten(err)
	}
	return infer.UpdateResponse[ApiState]{Output: apiState(now, req.Inputs, req.State.Issuer)}, unfinished(err)
}

// Delete removes the API with its permissions and grants.
func (r *Api) Delete(ctx context.Context, req infer.DeleteRequest[ApiState]) (infer.DeleteResponse, error) {
	conn, err := r.config.connection()
	if err != nil {
		return infer.DeleteResponse{}, err
	}
	return infer.DeleteResponse{}, conn.DeleteAPI(ctx, req.ID)
}

// ListInputs: all APIs are listed.
func (*Api) ListInputs() map[string]string { return map[string]string{} }

// List names the APIs there are.
func (*Api) List(ctx context.Context, conn *api.Conn, _ map[string]string) ([]listing, error) {
	if err := offered(ctx, conn, api.APIs, "an Api"); err != nil {
		return nil, err
	}
	all, err := conn.ListAPIs(ctx)
	var found []listing
	for _, a := range all {
		found = append(found, listing{ID: a.ID, Name: a.Name})
	}
	return found, err
}

// permissions is what the program says, in the server's words.
func (args ApiArgs) permissions() map[string]api.PermissionSettings {
	all := map[string]api.PermissionSettings{}
	for key, p := range args.Permissions {
		all[key] = api.PermissionSettings(p)
	}
	return all
}

// apiState is what the server says, in the program's words. What the program
// leaves out is left out here too.
func apiState(now api.API, said ApiArgs, issuer string) ApiState {
	state := ApiState{
		ApiArgs:       ApiArgs{Name: composed(now.Name), Resource: composed(now.Resource)},
		PermissionIDs: now.PermissionIDs(),
		Issuer:        issuer,
	}
	if said.Permissions != nil {
		state.Permissions = map[string]ApiPermission{}
		for _, p := range now.Permissions {
			state.Permissions[p.Key] = ApiPermission{composed(p.Name), some(composed(or(p.Description, "")))}
		}
	}
	if said.CimdAccess != nil {
		state.CimdAccess = &ApiCimdAccess{or(now.AllowCIMDClients, false), unlessEmpty(now.CIMDPermissions())}
	}
	return state
}

// wholeAPI is all that the server says.
func wholeAPI(now api.API, issuer string) ApiState {
	everything := ApiArgs{Permissions: map[string]ApiPermission{}}
	if now.AllowCIMDClients != nil {
		everything.CimdAccess = &ApiCimdAccess{}
	}
	return apiState(now, everything, issuer)
}
