package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// applicationComponent is the component Application: an OIDC client as an application of the
// catalogue needs it, with its groups, secret and federated identities. application_schema.go
// has its inputs, application_client.go those of the client, and application_environment.go
// its outputs.
func applicationComponent() lifecycle.Component {
	return lifecycle.Component{Name: "Application", AddSchema: addApplicationSchema, Construct: constructApplication}
}

// applicationState are the outputs.
type applicationState struct {
	pulumi.ResourceState
	ClientID     pulumi.StringOutput    `pulumi:"clientId"`
	ClientSecret pulumi.StringPtrOutput `pulumi:"clientSecret"`
	Issuer       pulumi.StringOutput    `pulumi:"issuer"`
	DiscoveryURL pulumi.StringOutput    `pulumi:"discoveryUrl"`
	Endpoints    pulumi.StringMapOutput `pulumi:"endpoints"`
	Environment  pulumi.StringMapOutput `pulumi:"environment"`
}

// The children. Their inputs are passed on as they are, so they have no Go types.
type (
	clientChild struct {
		pulumi.CustomResourceState
		ClientID     pulumi.StringOutput    `pulumi:"clientId"`
		ClientSecret pulumi.StringPtrOutput `pulumi:"clientSecret"`
		Issuer       pulumi.StringOutput    `pulumi:"issuer"`
		DiscoveryURL pulumi.StringOutput    `pulumi:"discoveryUrl"`
		Endpoints    pulumi.StringMapOutput `pulumi:"endpoints"`
	}
	secretChild struct {
		pulumi.CustomResourceState
		Secret pulumi.StringPtrOutput `pulumi:"secret"`
	}
	identityChild struct{ pulumi.CustomResourceState }
)

// application is one call of Construct.
type application struct {
	ctx     *pulumi.Context
	name    string // of the component
	in      lifecycle.ComponentInputs
	catalog catalogEntry
	state   *applicationState
}

func constructApplication(ctx *pulumi.Context, typ, name string, in lifecycle.ComponentInputs, options pulumi.ResourceOption) (pulumi.ComponentResource, error) {
	a := &application{ctx: ctx, name: name, in: in, state: &applicationState{}}
	if err := a.check(); err != nil {
		return nil, err
	}
	var err error
	if a.catalog, err = catalogEntryOf(in); err != nil {
		return nil, err
	}
	if err := ctx.RegisterComponentResource(typ, name, a.state, options); err != nil {
		return nil, err
	}
	if err := a.registerChildren(); err != nil {
		return nil, err
	}
	return a.state, ctx.RegisterResourceOutputs(a.state, pulumi.Map{
		"clientId": a.state.ClientID, "clientSecret": a.state.ClientSecret, "issuer": a.state.Issuer,
		"discoveryUrl": a.state.DiscoveryURL, "endpoints": a.state.Endpoints, "environment": a.state.Environment,
	})
}

// registerChildren creates the client, then its secret and its federated identities.
func (a *application) registerChildren() error {
	var client clientChild
	settings := a.clientInputs()
	if err := a.register("Client", "client", a.name, settings, &client); err != nil {
		return err
	}
	a.state.ClientID, a.state.ClientSecret = client.ClientID, client.ClientSecret
	a.state.Issuer, a.state.DiscoveryURL, a.state.Endpoints = client.Issuer, client.DiscoveryURL, client.Endpoints
	if rotation, isSet := a.input("secretRotation"); isSet {
		var secret secretChild
		if err := a.register("ClientSecret", "secret", a.name+"-secret", a.childInputs("secretRotation", rotation), &secret); err != nil {
			return err
		}
		a.state.ClientSecret = secret.Secret
	}
	for _, key := range a.identityKeys() {
		identity := a.in.Values.Get("federatedIdentities").AsMap().Get(key)
		if err := a.register("FederatedIdentity", key, a.name+"-"+key, a.childInputs("federatedIdentities", identity), &identityChild{}); err != nil {
			return err
		}
	}
	a.state.Environment = a.environment(settings["callbackUrls"])
	return nil
}

// childInputs are the inputs of a part of the client.
func (a *application) childInputs(input string, values property.Value) pulumi.Map {
	props := pulumi.Map{"clientId": a.state.ClientID}
	for name, v := range values.AsMap().All {
		props[name] = a.in.Input(input, v)
	}
	return props
}

// register registers a child. part is what formerNames and importIds call it.
func (a *application) register(typ, part, name string, props pulumi.Map, child pulumi.CustomResource) error {
	options := []pulumi.ResourceOption{pulumi.Parent(a.state)}
	for _, option := range a.in.Options {
		options = append(options, option)
	}
	if former := a.textIn("formerNames", part); former != "" {
		alias := pulumi.Alias{Name: pulumi.String(former), NoParent: pulumi.Bool(true)}
		if strings.HasPrefix(former, "urn:") {
			alias = pulumi.Alias{URN: pulumi.URN(former)}
		}
		options = append(options, pulumi.Aliases([]pulumi.Alias{alias}))
	}
	if id := a.textIn("importIds", part); id != "" {
		options = append(options, pulumi.Import(pulumi.ID(id)))
	}
	return a.ctx.RegisterResource(Name+":index:"+typ, name, props, child, options...)
}

// input returns an input, and whether it is set.
func (a *application) input(name string) (property.Value, bool) {
	v := a.in.Values.Get(name)
	return v, !v.IsNull()
}

// textIn returns a string in an input that is a map of strings.
func (a *application) textIn(input, key string) string {
	if v := a.in.Values.Get(input); v.IsMap() {
		return inputs.Text(v.AsMap().Get(key))
	}
	return ""
}

func (a *application) identityKeys() []string {
	v := a.in.Values.Get("federatedIdentities")
	if !v.IsMap() {
		return nil
	}
	return inputs.SortedKeys(v.AsMap().AsMap())
}

// check refuses what the children cannot report in terms of the component's inputs.
func (a *application) check() error {
	var failed []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			failed = append(failed, fmt.Errorf(format, args...))
		}
	}
	isOneOf := func(v property.Value, valid func(property.Value) bool) bool { return v.IsNull() || valid(v) }
	identities, rotation := a.in.Values.Get("federatedIdentities"), a.in.Values.Get("secretRotation")
	require(isOneOf(identities, property.Value.IsMap), "federatedIdentities must be known in the preview; only the values in it may be unknown")
	require(isOneOf(rotation, property.Value.IsMap), "secretRotation must be known in the preview; only the values in it may be unknown")
	if rotation.IsMap() {
		for _, name := range []string{"clientSecret", "secretRotationTriggers", "previousSecretValidFor"} {
			_, isSet := a.input(name)
			require(!isSet, "secretRotation cannot be set together with %s", name)
		}
		require(!inputs.BoolValue(a.in.Values.Get("isPublic")), "secretRotation must not be set for a public client, which has no secret")
		require(!inputs.BoolValue(a.in.Values.Get("createSecret")), "createSecret must not be true together with secretRotation, which creates the secret")
	}
	parts := map[string]bool{"client": true}
	if rotation.IsMap() {
		parts["secret"] = true
	}
	for _, key := range a.identityKeys() {
		require(key != "client" && key != "secret", "federatedIdentities must not have the key %s, which is the name of another part", key)
		require(identities.AsMap().Get(key).IsMap(), "federatedIdentities.%s must be known in the preview; only the values in it may be unknown", key)
		parts[key] = true
	}
	for _, input := range []string{"formerNames", "importIds"} {
		if v := a.in.Values.Get(input); v.IsMap() {
			for key := range v.AsMap().All {
				require(parts[key], "%s has the key %q, but the parts of this application are %s", input, key, strings.Join(inputs.SortedKeys(parts), ", "))
			}
		}
	}
	return errors.Join(failed...)
}
