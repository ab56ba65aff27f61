package provider

import "net/http"

// acceptOnly serves an instance with another key, as after a rotation.
func acceptOnly(instance *testInstance, key string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("X-API-Key") {
		case key:
			r.Header.Set("X-API-Key", instance.key)
		case "":
		default:
			r.Header.Set("X-API-Key", "refused-"+key)
		}
		instance.server.ServeHTTP(w, r)
	})
}
