package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// FuzzIssuer answers the requests of getIssuer with arbitrary documents.
func FuzzIssuer(f *testing.F) {
	for _, body := range []string{``, `null`, `{}`, `{"issuer":"ISSUER","jwks_uri":"ISSUER/keys","keys":[{"kid":"1"}]}`, `{"issuer":"ISSUER","jwks_uri":"ISSUER/keys","keys":[null,{"kid":7},{"kid":"\u001b"}],"id_token_signing_alg_values_supported":[null]}`, `{"issuer":"https://other.example"}`,
		`{"issuer":"ISSUER","jwks_uri":"file:///etc/passwd"}`, `{"issuer":"ISSUER","jwks_uri":""}`, `<html>`, `{"issuer":"ISSUER","jwks_uri":"ISSUER/keys","keys":{}}`} {
		f.Add(200, "application/json", body)
	}
	f.Add(404, "text/html", `<html>`)
	f.Add(301, "text/html", ``)
	var respond http.HandlerFunc
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { respond(w, r) }))
	f.Cleanup(web.Close)
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		if status < 200 || status > 599 || strings.Contains(body, "http") || strings.ContainsFunc(kind, unicode.IsControl) {
			return // it could lead to another host
		}
		respond = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, strings.ReplaceAll(body, "ISSUER", web.URL))
		}
		server, err := NewServer(nil)
		require.NoError(t, err)
		res, err := server.Invoke(t.Context(), &rpc.InvokeRequest{Tok: Name + ":index:getIssuer", Args: marshalProps(t, props{"issuer": resource.NewProperty(web.URL)})})
		requireSane(t, err, func() (texts []string) {
			for _, f := range res.GetFailures() {
				texts = append(texts, f.Reason)
			}
			return texts
		}()...)
	})
}
