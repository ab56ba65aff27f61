package examples

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAWholeInstanceIsTakenOver imports an instance of 200 objects with the file
// that pocketid-import writes, in each language, and wants the program that
// Pulumi writes from it to change nothing.
func TestAWholeInstanceIsTakenOver(t *testing.T) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			server := startFake(t, "2.14.0")
			secrets := server.fill()
			server.fillWithOddNames()
			before := server.everything()
			file := inventory(t, server)
			stack := newDesk(t).adopting(l, server)

			program := stack.adopt(l, file)
			require.GreaterOrEqual(t, len(stack.ids()), 200)
			for _, secret := range secrets {
				require.NotContains(t, program, secret, "a secret is in the program in the clear")
				require.Empty(t, stack.filesWith(secret), "a secret is in these files in the clear")
			}
			for name, id := range stack.ids() { // what refers to it says its name
				if uuid := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`); uuid.MatchString(id) {
					require.NotContains(t, program, id, name)
				}
			}
			stack.must("preview", "--expect-no-changes")
			stack.must("up", "--expect-no-changes")
			stack.pulumi("refresh", "--yes", "--expect-no-changes")
			require.Equal(t, before, server.everything(), "nothing on the server has changed")
		})
	}
}

// fill makes 200 objects of every kind, and returns the secrets among them.
func (s *server) fill() (secrets []string) {
	s.Helper()
	text := func(m object, name string) string { return m[name].(string) }
	var users, groups, apis []string
	for i := range 40 {
		user := s.do("POST", "/api/users", object{"username": fmt.Sprintf("user%d", i), "email": fmt.Sprintf("user%d@example.com", i), "firstName": "User",
			"lastName": fmt.Sprint(i), "displayName": fmt.Sprintf("User %d", i), "isAdmin": i%10 == 0, "disabled": i%7 == 0, "locale": []any{nil, "de"}[i%2]})
		users = append(users, text(user, "id"))
		if i%8 == 0 {
			s.do("PUT", "/api/custom-claims/user/"+text(user, "id"), []any{object{"key": "department", "value": "d" + fmt.Sprint(i)}})
		}
	}
	for i := range 20 {
		group := text(s.do("POST", "/api/user-groups", object{"name": fmt.Sprintf("group-%d", i), "friendlyName": fmt.Sprintf("Group %d", i)}), "id")
		groups = append(groups, group)
		s.do("PUT", "/api/user-groups/"+group+"/users", object{"userIds": users[i : i+i%5+1]})
		if i%4 == 0 {
			s.do("PUT", "/api/custom-claims/user-group/"+group, []any{object{"key": "team", "value": "t" + fmt.Sprint(i)}})
		}
	}
	for i := range 10 {
		api := s.do("POST", "/api/apis", object{"name": fmt.Sprintf("API %d", i), "resource": fmt.Sprintf("https://api%d.example.com", i)})
		s.do("PUT", "/api/apis/"+text(api, "id")+"/permissions", object{"permissions": []any{object{"key": "read", "name": "Read"}, object{"key": "write", "name": "Write", "description": "All"}}})
		apis = append(apis, text(api, "id"))
	}
	for i := range 50 {
		client := object{"name": fmt.Sprintf("App %d", i), "callbackURLs": []any{fmt.Sprintf("https://app%d.example.com/callback", i)}, "isPublic": i%5 == 4, "pkceEnabled": i%3 != 0,
			"isGroupRestricted": i%4 == 0, "description": strings.Repeat("x", i%3), "skipConsent": i%6 == 0, "accessTokenDurationMinutes": 10 + i, "credentials": object{}}
		if i%2 == 0 {
			client["id"] = fmt.Sprintf("app-%d", i)
		}
		if i%5 != 4 && i < 40 {
			client["credentials"] = object{"federatedIdentities": []any{object{"issuer": "https://issuer.example.com", "subject": fmt.Sprintf("s%d", i), "jwks": "https://issuer.example.com/keys"}}}
		}
		id := text(s.do("POST", "/api/oidc/clients", client), "id")
		if i%4 == 0 {
			s.do("PUT", "/api/oidc/clients/"+id+"/allowed-user-groups", object{"userGroupIds": groups[:i%3]})
		}
		if i%10 == 0 {
			s.upload("/api/oidc/clients/"+id+"/logo", "logo.svg", "<svg/>")
		}
		if i%5 == 0 {
			secrets = append(secrets, text(s.do("POST", "/api/oidc/clients/"+id+"/secrets", object{}), "secret"))
			s.do("PUT", "/api/apis/"+apis[i/5]+"/clients/"+id, object{"userDelegatedAccess": true, "clientAccess": true, "userDelegatedPermissionIds": []any{}, "clientPermissionIds": []any{}})
			token := fmt.Sprintf("token-of-app-%d-which-is-secret", i)
			secrets = append(secrets, token)
			s.do("POST", "/api/scim/service-provider", object{"endpoint": fmt.Sprintf("https://app%d.example.com/scim", i), "token": token, "oidcClientId": id})
		}
	}
	for i := range 5 {
		secrets = append(secrets, text(s.do("POST", "/api/signup-tokens", object{"ttl": "24h", "usageLimit": i + 1, "userGroupIds": groups[:i]}), "token"))
	}
	settings := object{}
	status, all := s.ask("GET", "/api/application-configuration/all", nil)
	require.Equal(s, 200, status)
	for _, setting := range regexp.MustCompile(`"key":"([^"]+)","type":"[^"]*","value":"([^"]*)"`).FindAllSubmatch(bytes.ReplaceAll(all, []byte(`": "`), []byte(`":"`)), -1) {
		settings[string(setting[1])] = string(setting[2])
	}
	settings["appName"], settings["smtpHost"], settings["smtpPassword"] = "Example", "mail.example.com", "password-of-the-mail-server"
	s.do("PUT", "/api/application-configuration", settings)
	return append(secrets, "password-of-the-mail-server", s.apiKey)
}

// upload posts a file as a form does.
func (s *server) upload(path, name, content string) {
	s.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(s, err)
	_, err = part.Write([]byte(content))
	require.NoError(s, errors.Join(err, form.Close()))
	req, err := http.NewRequest("POST", s.baseURL+path, &body)
	require.NoError(s, err)
	req.Header.Set("X-API-Key", s.apiKey)
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := http.DefaultClient.Do(req)
	require.NoError(s, err)
	defer res.Body.Close()
	require.Equal(s, 2, res.StatusCode/100)
}

// fillWithOddNames makes objects whose names are alike for programs, or mean something
// in their languages. (Of two with one name Pulumi takes each for a reference to the
// other, and then writes no references at all; of three it does not.)
func (s *server) fillWithOddNames() {
	s.Helper()
	for i, name := range []string{"App 1x", "App1x", "app_1x", "App-1x", "App 1x", "App 1x", "${pulumi.stack} {{x}} %s", `a "quoted" \ 'name'`, "new\nline", "class", "import", "1st", "日本", "*", "- #a: @b"} {
		s.do("POST", "/api/oidc/clients", object{"name": name, "description": "It is " + name, "callbackURLs": []any{`https://odd.example.com/${x}/%7Bid%7D?a=b&c='#`},
			"credentials": object{"federatedIdentities": []any{object{"issuer": "https://issuer.example.com/?a&b=#c", "subject": "from " + name}}}})
		group := s.do("POST", "/api/user-groups", object{"name": fmt.Sprint(name, i), "friendlyName": "Group " + name})
		s.do("PUT", "/api/custom-claims/user-group/"+group["id"].(string), []any{object{"key": "odd", "value": "of " + name}})
	}
}

// everything is what the server has, as its lists show it.
func (s *server) everything() (all []string) {
	s.Helper()
	for _, path := range []string{"/api/users", "/api/user-groups", "/api/oidc/clients", "/api/apis", "/api/signup-tokens", "/api/application-configuration/all"} {
		status, answer := s.ask("GET", path+"?pagination[limit]=100", nil)
		require.Equal(s, 200, status)
		all = append(all, string(answer))
	}
	return all
}

// inventory has pocketid-import write its file.
func inventory(t *testing.T, server *server) (path string) {
	t.Helper()
	command := filepath.Join(t.TempDir(), "pocketid-import")
	require.NoError(t, run(repository, "building pocketid-import", "go", "build", "-o", command, "./cmd/pocketid-import"))
	path = filepath.Join(t.TempDir(), "import.json")
	cmd := exec.CommandContext(t.Context(), command, "-out", path)
	cmd.Env = append(os.Environ(), "POCKETID_BASE_URL="+server.baseURL, "POCKETID_API_KEY="+server.apiKey)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// programs are the files that hold a program, by language.
var programs = map[string]string{"yaml": "Pulumi.yaml", "typescript": "index.ts", "python": "__main__.py", "go": "main.go"}

// adopting starts a stack of a project that has no program yet.
func (d *desk) adopting(l language, s *server) *stack {
	made, err := l.prepared("rotation") // for its packages
	require.NoError(d, err)
	stack := d.stack(example("rotation", l.name), "pocketid-rotation", made.links)
	stack.env = append(stack.env, serveLanguage(d.T, l.runtime, goBinary("adoption")))
	if l.hosted() {
		stack.env = d.env
	}
	if l.name == "yaml" {
		require.NoError(d, os.WriteFile(filepath.Join(stack.folder, "Pulumi.yaml"), []byte("name: pocketid-rotation\nruntime: yaml\n"), 0o600))
	}
	stack.pulumi("config", "set-all", "--plaintext", "pocketid:baseUrl="+s.baseURL, "--secret", "pocketid:apiKey="+s.apiKey)
	return stack
}

// adopt imports what a file names, makes what Pulumi writes the stack's program, and returns it.
func (s *stack) adopt(l language, file string) string {
	s.Helper()
	written := filepath.Join(s.folder, "written")
	s.pulumi("import", "--file", file, "--protect=false", "--yes", "--out", written)
	text, err := os.ReadFile(written)
	require.NoError(s, err)
	require.NoError(s, os.Remove(written))
	program := filepath.Join(s.folder, programs[l.name])
	if l.name == "yaml" {
		text = append([]byte("name: pocketid-rotation\nruntime: yaml\n"), text...)
	}
	require.NoError(s, os.WriteFile(program, text, 0o600))
	packages, err := l.install()
	require.NoError(s, err)
	made, err := l.build(s.folder, "adoption", packages)
	require.NoError(s, err)
	if !l.hosted() {
		s.driver = made.driver
	}
	return string(text)
}
