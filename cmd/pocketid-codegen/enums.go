package main

import (
	"fmt"
	"regexp"
	"strings"
)

// enumeration is an input that accepts only certain strings. In the schema it is a string: with
// an enumeration in the schema, programs could not pass a string in Python, Go, C# and Java. In
// TypeScript and Python, the type checkers learn the values here.
type enumeration struct {
	owner    string // a resource, or the type of a block
	property string
	values   []string
}

func enumerations() []enumeration {
	const settings = "ApplicationConfiguration"
	return []enumeration{
		{settings, "allowUserSignups", []string{"disabled", "withToken", "open"}},
		{settings, "emailLoginNotificationMode", []string{"disabled", "always", "ipAndUserAgent", "browserRecognition"}},
		{settings, "onDestroy", []string{"retain", "reset"}},
		{settings, "smtpTls", []string{"none", "starttls", "tls"}},
		{settings, "webauthnAuthenticatorAttachment", []string{"any", "platform", "cross-platform"}},
		{settings, "webauthnUserVerification", []string{"required", "preferred"}},
		{"ApplicationImage", "kind", []string{"logo", "darkLogo", "email", "background", "favicon", "defaultProfilePicture"}},
		{"AzureManagedIdentityWorkload", "cloud", []string{"public", "usGovernment", "china"}},
		{"HCPTerraformWorkload", "runPhase", []string{"plan", "apply"}},
	}
}

// literals returns the values as string literals, which are the same in both languages.
func (e enumeration) literals(separator string) string {
	quoted := make([]string, len(e.values))
	for i, value := range e.values {
		quoted[i] = fmt.Sprintf("%q", value)
	}
	return strings.Join(quoted, separator)
}

// typeNodeInputs gives the inputs their union types in the Node.js SDK.
func typeNodeInputs(files map[string][]byte) error {
	for _, e := range enumerations() {
		file := strings.ToLower(e.owner[:1]) + e.owner[1:] + ".ts"
		if files[file] == nil {
			file = "types/input.ts"
		}
		input := regexp.MustCompile(`(?m)^(    ` + e.property + `\??: pulumi\.Input<)string( \| undefined)?>;$`)
		if found := len(input.FindAll(files[file], -1)); found != 1 {
			return fmt.Errorf("%s has %d inputs with the name %s", file, found, e.property)
		}
		files[file] = input.ReplaceAll(files[file], []byte("${1}"+e.literals(" | ")+"${2}>;"))
	}
	return nil
}

// typePythonInputs gives the inputs their literal types in the Python SDK: in the parameters of
// constructors and in dictionaries. The properties that read them stay strings.
func typePythonInputs(files map[string][]byte) error {
	const imports = "from typing import Any, "
	for _, e := range enumerations() {
		file := "pulumi_pocketid/" + snakeCase(e.owner) + ".py"
		if files[file] == nil {
			file = "pulumi_pocketid/_inputs.py"
		}
		input := regexp.MustCompile(`(?m)^( +` + snakeCase(e.property) + `: (?:NotRequired\[)?pulumi\.Input\[(?:Optional\[)?)_builtins\.str\]`)
		text := string(files[file])
		if !input.MatchString(text) || !strings.Contains(text, imports) {
			return fmt.Errorf("%s has no input with the name %s, or other imports than before", file, e.property)
		}
		text = input.ReplaceAllString(text, "${1}Literal["+e.literals(", ")+"]]")
		if !strings.Contains(text, imports+"Literal, ") {
			text = strings.Replace(text, imports, imports+"Literal, ", 1)
		}
		files[file] = []byte(text)
	}
	return nil
}

// snakeCase converts a name to Python's form.
func snakeCase(name string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(name, "${1}_$2"))
}
