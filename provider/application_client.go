package provider

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider/catalog"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/inputs"
	"github.com/pulumi-pocketid/pulumi-pocketid/provider/lifecycle"
)

// catalogEntry is what the catalogue has about the application of a component. It is empty
// for an application that the program describes itself.
type catalogEntry struct {
	application  *catalog.Application
	registration pulumi.AnyOutput // a catalog.Registration; unknown while url is unknown
}

// catalogEntryOf looks up the application. A mistake that is known before anything is
// registered is an error of the component.
func catalogEntryOf(in lifecycle.ComponentInputs) (catalogEntry, error) {
	name := in.Values.Get("application")
	if name.IsNull() {
		for _, required := range []string{"name", "callbackUrls"} {
			if in.Values.Get(required).IsNull() {
				return catalogEntry{}, fmt.Errorf("%s is required without application", required)
			}
		}
		for _, unused := range []string{"url", "parameters"} {
			if !in.Values.Get(unused).IsNull() {
				return catalogEntry{}, fmt.Errorf("%s has no effect without application", unused)
			}
		}
		return catalogEntry{registration: pulumi.Any(catalog.Registration{})}, nil
	}
	if !name.IsString() {
		return catalogEntry{}, errors.New("application must be known in the preview")
	}
	found, err := catalog.Find(name.AsString())
	if err != nil {
		return catalogEntry{}, fmt.Errorf("%w. For another application, omit application and set name and callbackUrls", err)
	}
	url, parameters := in.Values.Get("url"), in.Values.Get("parameters")
	if !url.HasComputed() && !parameters.HasComputed() {
		if _, err := found.Register(inputs.Text(url), inputs.StringMap(parameters)); err != nil {
			return catalogEntry{}, err
		}
	}
	registration := pulumi.All(valueOrNil(in, "url"), valueOrNil(in, "parameters")).ApplyT(func(values []any) (any, error) {
		address, _ := values[0].(string)
		return found.Register(address, stringMapOf(values[1]))
	}).(pulumi.AnyOutput)
	return catalogEntry{application: &found, registration: registration}, nil
}

func valueOrNil(in lifecycle.ComponentInputs, name string) any {
	if in.Values.Get(name).IsNull() {
		return nil
	}
	return in.Outputs[name]
}

func stringMapOf(v any) map[string]string {
	out := map[string]string{}
	if entries, ok := v.(map[string]any); ok {
		for key, value := range entries {
			out[key], _ = value.(string)
		}
	}
	return out
}

// clientInputs are the inputs of the client: those that the program sets, and otherwise what
// the catalogue has.
func (a *application) clientInputs() pulumi.Map {
	props := pulumi.Map{}
	for name, v := range a.in.Values.All {
		if !v.IsNull() && !slices.Contains(applicationOnlyInputs(), name) {
			props[name] = a.in.Outputs[name]
		}
	}
	for name, value := range a.catalogInputs() {
		if _, isSet := props[name]; !isSet {
			props[name] = value
		}
	}
	if _, rotates := a.input("secretRotation"); rotates {
		props["createSecret"] = pulumi.Bool(false)
	}
	a.restrict(props)
	return props
}

// catalogInputs are the inputs of the client that the catalogue has.
func (a *application) catalogInputs() pulumi.Map {
	found := a.catalog.application
	if found == nil {
		return nil
	}
	props := pulumi.Map{
		"name":         pulumi.String(found.DisplayName),
		"callbackUrls": a.registered(func(r catalog.Registration) any { return r.CallbackURLs }),
		"isPublic":     pulumi.Bool(found.IsPublic),
		"pkceEnabled":  pulumi.Bool(found.PKCEEnabled),
	}
	if len(found.LogoutCallbackURLs) > 0 {
		props["logoutCallbackUrls"] = a.registered(func(r catalog.Registration) any { return r.LogoutCallbackURLs })
	}
	if found.LaunchURL != "" {
		props["launchUrl"] = a.registered(func(r catalog.Registration) any { return r.LaunchURL })
	}
	if found.ClientID != "" {
		props["clientId"] = pulumi.String(found.ClientID)
	}
	return props
}

func (a *application) registered(get func(catalog.Registration) any) pulumi.Output {
	return a.catalog.registration.ApplyT(func(r any) any { return get(r.(catalog.Registration)) })
}

// restrict sets the groups. A client for which the program sets any list of groups is
// restricted to them, even if the list is empty: it must not open to everyone unintentionally.
func (a *application) restrict(props pulumi.Map) {
	_, byName := a.input("groups")
	_, byID := a.input("allowedUserGroups")
	if !byName && !byID {
		return
	}
	if _, isSet := props["isGroupRestricted"]; !isSet {
		props["isGroupRestricted"] = pulumi.Bool(true)
	}
	if byName {
		props["allowedUserGroups"] = pulumi.All(a.in.Outputs["groups"], valueOrNil(a.in, "allowedUserGroups")).ApplyT(func(values []any) ([]string, error) {
			ids, err := a.groupIDs(stringsOf(values[0]))
			return append(ids, stringsOf(values[1])...), err
		})
	}
}

// groupIDs looks up groups by name, with the provider of the component.
func (a *application) groupIDs(names []string) (ids []string, err error) {
	for _, name := range names {
		var args struct {
			Name string `pulumi:"name"`
		}
		var found struct {
			GroupID string `pulumi:"groupId"`
		}
		args.Name = name
		options := []pulumi.InvokeOption{pulumi.Parent(a.state)}
		for _, option := range a.in.Options {
			options = append(options, option)
		}
		if err := a.ctx.Invoke(Name+":index:getGroup", &args, &found, options...); err != nil {
			return nil, fmt.Errorf("groups: %w; for a group that this program creates, use allowedUserGroups with its ID", err)
		}
		ids = append(ids, found.GroupID)
	}
	return ids, nil
}

func stringsOf(v any) (out []string) {
	list, _ := v.([]any)
	for _, element := range list {
		text, _ := element.(string)
		out = append(out, text)
	}
	return out
}
