// Package loop manages clients with the requests that the provider makes, and with nothing else.
package loop

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Clients manages the clients of an instance.
type Clients struct {
	url, key string
	web      *http.Client
}

// New connects to an instance with at most this many connections.
func New(baseURL, key string, connections int) *Clients {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = connections
	return &Clients{baseURL + "/api/oidc/clients", key, &http.Client{Transport: transport}}
}

// Close closes the connections.
func (c *Clients) Close() { c.web.CloseIdleConnections() }

// Create creates a confidential client with a secret.
func (c *Clients) Create(ctx context.Context, id, name string) (map[string]any, error) {
	client, err := c.send(ctx, "POST", "", map[string]any{
		"id": id, "name": name, "callbackURLs": []any{"https://app.example/callback"}, "logoutCallbackURLs": []any{}, "pkceEnabled": true,
	})
	if err == nil {
		_, err = c.send(ctx, "POST", "/"+id+"/secrets", map[string]any{"secret": "a-secret-of-some-length-" + id})
	}
	return client, err
}

// Read reads a client.
func (c *Clients) Read(ctx context.Context, id string) (map[string]any, error) {
	return c.send(ctx, "GET", "/"+id, nil)
}

// Update renames a client.
func (c *Clients) Update(ctx context.Context, id, name string) (map[string]any, error) {
	client, err := c.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	client["name"] = name
	return c.send(ctx, "PUT", "/"+id, client)
}

// Delete deletes a client.
func (c *Clients) Delete(ctx context.Context, id string) error {
	_, err := c.send(ctx, "DELETE", "/"+id, nil)
	return err
}

func (c *Clients) send(ctx context.Context, method, path string, in any) (out map[string]any, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-API-Key", c.key)
	req.Header.Set("Content-Type", "application/json")
	res, err := c.web.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, answer)
	}
	if err == nil && len(answer) > 0 {
		err = json.Unmarshal(answer, &out)
	}
	return out, err
}
