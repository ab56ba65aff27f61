package workload

import (
	"cmp"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// SPIFFEWorkload is a workload with a SPIFFE ID.
type SPIFFEWorkload struct {
	Issuer   string `pulumi:"issuer"`
	SPIFFEID string `pulumi:"spiffeId"`
}

func (w *SPIFFEWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A workload with a SPIFFE ID.")
	a.Describe(&w.Issuer, "Value that the server uses for the `iss` claim. In SPIRE, this is `jwt_issuer`, which must be set. "+
		"The keys are read from `<issuer>/keys`, where SPIRE's OIDC discovery provider publishes them.")
	a.Describe(&w.SPIFFEID, "SPIFFE ID of the workload, such as `spiffe://example.org/ns/prod/sa/api`.")
}

func spiffe() preset {
	return preset{
		name: "spiffe", shape: shapeOf[SPIFFEWorkload](),
		source:  "https://github.com/spiffe/spire/blob/main/support/oidc-discovery-provider/README.md",
		issuer:  field("issuer"),
		subject: field("spiffeId"),
		keys:    keysBelow("/keys"),
		rules:   []rule{isURL("issuer"), matches("spiffeId", `^spiffe://[^/]+`, "must be a SPIFFE ID such as spiffe://example.org/ns/prod/sa/api")},
	}
}

// NomadWorkload is a task of a job.
type NomadWorkload struct {
	Issuer    string  `pulumi:"issuer"`
	Job       string  `pulumi:"job"`
	Group     string  `pulumi:"group"`
	Task      string  `pulumi:"task"`
	Identity  *string `pulumi:"identity,optional"`
	Namespace *string `pulumi:"namespace,optional"`
	Region    *string `pulumi:"region,optional"`
}

func (w *NomadWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A task of a Nomad job.")
	a.Describe(&w.Issuer, "Value of `oidc_issuer` in the configuration of the Nomad servers.")
	a.Describe(&w.Job, "Name of the job.")
	a.Describe(&w.Group, "Name of the task's group.")
	a.Describe(&w.Task, "Name of the task.")
	a.Describe(&w.Identity, "Name of the task's `identity` block. Defaults to `default`, as in Nomad.")
	a.Describe(&w.Namespace, "Namespace of the job. Defaults to `default`.")
	a.Describe(&w.Region, "Region of the job. Defaults to `global`, as in Nomad.")
}

func nomad() preset {
	return preset{
		name: "nomad", shape: shapeOf[NomadWorkload](),
		source: "https://developer.hashicorp.com/nomad/docs/concepts/workload-identity",
		issuer: field("issuer"),
		subject: func(b *block) string {
			return strings.Join([]string{cmp.Or(b.text("region"), "global"), cmp.Or(b.text("namespace"), "default"),
				b.text("job"), b.text("group"), b.text("task"), cmp.Or(b.text("identity"), "default")}, ":")
		},
		rules: []rule{isURL("issuer")},
	}
}

// VaultWorkload is an entity.
type VaultWorkload struct {
	URL       string  `pulumi:"url"`
	EntityID  string  `pulumi:"entityId"`
	Namespace *string `pulumi:"namespace,optional"`
}

func (w *VaultWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "An entity of HashiCorp Vault or OpenBao.")
	a.Describe(&w.URL, "URL that Vault uses in its tokens: its `api_addr`, unless `issuer` is set in the identity engine.")
	a.Describe(&w.EntityID, "ID of the entity.")
	a.Describe(&w.Namespace, "Namespace of the entity. Defaults to the root namespace.")
}

func vault() preset {
	return preset{
		name: "vault", shape: shapeOf[VaultWorkload](),
		source: "https://developer.hashicorp.com/vault/docs/secrets/identity/identity-token",
		issuer: func(b *block) string {
			path := "/v1/identity/oidc"
			if b.isSet("namespace") {
				path = "/v1/" + strings.Trim(b.text("namespace"), "/") + "/identity/oidc"
			}
			return strings.TrimRight(b.text("url"), "/") + path
		},
		subject: field("entityId"),
		keys:    keysBelow("/.well-known/keys"),
		rules:   []rule{isURL("url")},
	}
}

// TailscaleWorkload is a node.
type TailscaleWorkload struct {
	Host string `pulumi:"host"`
	Node string `pulumi:"node"`
}

func (w *TailscaleWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A Tailscale node, with tokens from tsiam. Pocket ID must be able to reach tsiam, through Tailscale Funnel or in the tailnet.")
	a.Describe(&w.Host, "Host name of the tsiam service, such as `tsiam.tailnet-name.ts.net`.")
	a.Describe(&w.Node, "Stable ID of the node, or its full name if `tokens.subjectClaim` in tsiam is `name`.")
}

func tailscale() preset {
	return preset{
		name: "tailscale", shape: shapeOf[TailscaleWorkload](),
		source:  "https://github.com/ItalyPaleAle/tsiam",
		issuer:  func(b *block) string { return "https://" + b.text("host") },
		subject: field("node"),
		rules:   []rule{isHost("host")},
	}
}
