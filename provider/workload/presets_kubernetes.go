package workload

import (
	"cmp"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// ServiceAccountRef names a service account of a cluster. It is a part of each block for
// Kubernetes.
type ServiceAccountRef struct {
	Namespace      string `pulumi:"namespace"`
	ServiceAccount string `pulumi:"serviceAccount"`
}

func (s *ServiceAccountRef) Annotate(a infer.Annotator) {
	a.Describe(&s.Namespace, "Namespace of the service account.")
	a.Describe(&s.ServiceAccount, "Name of the service account.")
}

func serviceAccountSubject(b *block) string {
	return "system:serviceaccount:" + b.text("namespace") + ":" + b.text("serviceAccount")
}

// KubernetesWorkload is a service account of a cluster.
type KubernetesWorkload struct {
	Issuer string `pulumi:"issuer"`
	ServiceAccountRef
}

func (w *KubernetesWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of a Kubernetes cluster.")
	a.Describe(&w.Issuer, "Issuer URL of the cluster, as shown by `kubectl get --raw /.well-known/openid-configuration`. The keys are read from `<issuer>/openid/v1/jwks`.")
}

func kubernetes() preset {
	return preset{
		name: "kubernetes", shape: shapeOf[KubernetesWorkload](),
		source:  "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
		issuer:  field("issuer"),
		subject: serviceAccountSubject,
		keys:    keysBelow("/openid/v1/jwks"),
		rules:   []rule{isURL("issuer")},
	}
}

// EKSWorkload is a service account of an EKS cluster.
type EKSWorkload struct {
	Issuer *string `pulumi:"issuer,optional"`
	Region *string `pulumi:"region,optional"`
	OIDCID *string `pulumi:"oidcId,optional"`
	ServiceAccountRef
}

func (w *EKSWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of an Amazon EKS cluster. Identify the cluster by `issuer`, or by `region` and `oidcId`.")
	a.Describe(&w.Issuer, "OIDC issuer URL of the cluster, as shown by `aws eks describe-cluster --name … --query cluster.identity.oidc.issuer`.")
	a.Describe(&w.Region, "Region of the cluster, such as `eu-central-1`.")
	a.Describe(&w.OIDCID, "Part of the cluster's OIDC issuer URL after `/id/`.")
}

func eks() preset {
	return preset{
		name: "eks", shape: shapeOf[EKSWorkload](),
		source: "https://docs.aws.amazon.com/eks/latest/userguide/irsa-fetch-keys.html",
		issuer: func(b *block) string {
			suffix := ""
			if strings.HasPrefix(b.text("region"), "cn-") {
				suffix = ".cn"
			}
			return cmp.Or(b.text("issuer"), "https://oidc.eks."+b.text("region")+".amazonaws.com"+suffix+"/id/"+b.text("oidcId"))
		},
		subject: serviceAccountSubject,
		keys:    keysBelow("/keys"),
		rules:   []rule{isURL("issuer"), eitherOr("issuer", "region", "oidcId")},
	}
}

// GKEWorkload is a service account of a GKE cluster.
type GKEWorkload struct {
	Project  string `pulumi:"project"`
	Location string `pulumi:"location"`
	Cluster  string `pulumi:"cluster"`
	ServiceAccountRef
}

func (w *GKEWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of a Google Kubernetes Engine cluster.")
	a.Describe(&w.Project, "ID of the cluster's project.")
	a.Describe(&w.Location, "Region or zone of the cluster.")
	a.Describe(&w.Cluster, "Name of the cluster.")
}

func gke() preset {
	return preset{
		name: "gke", shape: shapeOf[GKEWorkload](),
		source: "https://cloud.google.com/kubernetes-engine/fleet-management/docs/reference/rest/v1/projects.locations.memberships#Authority",
		issuer: func(b *block) string { // "locations", even for a zone
			return "https://container.googleapis.com/v1/projects/" + b.text("project") + "/locations/" + b.text("location") + "/clusters/" + b.text("cluster")
		},
		subject: serviceAccountSubject,
		keys:    keysBelow("/jwks"),
		rules:   []rule{noSlash("project"), noSlash("location"), noSlash("cluster")},
	}
}

// AKSWorkload is a service account of an AKS cluster.
type AKSWorkload struct {
	Issuer   *string `pulumi:"issuer,optional"`
	Region   *string `pulumi:"region,optional"`
	TenantID *string `pulumi:"tenantId,optional"`
	OIDCID   *string `pulumi:"oidcId,optional"`
	ServiceAccountRef
}

func (w *AKSWorkload) Annotate(a infer.Annotator) {
	a.Describe(&w, "A service account of an Azure Kubernetes Service cluster. Identify the cluster by `issuer`, or by `region`, `tenantId` and `oidcId`.")
	a.Describe(&w.Issuer, "OIDC issuer URL of the cluster, as shown by `az aks show --query oidcIssuerProfile.issuerUrl`. A missing trailing slash is added, because the tokens contain it.")
	a.Describe(&w.Region, "Region of the cluster, such as `westeurope`.")
	a.Describe(&w.TenantID, "ID of the cluster's tenant.")
	a.Describe(&w.OIDCID, "Last UUID in the cluster's OIDC issuer URL.")
}

func aks() preset {
	return preset{
		name: "aks", shape: shapeOf[AKSWorkload](),
		source: "https://learn.microsoft.com/azure/aks/use-oidc-issuer",
		issuer: func(b *block) string { // iss ends with a slash
			url := cmp.Or(b.text("issuer"), "https://"+b.text("region")+".oic.prod-aks.azure.com/"+b.text("tenantId")+"/"+b.text("oidcId"))
			return strings.TrimRight(url, "/") + "/"
		},
		subject: serviceAccountSubject,
		keys:    keysBelow("/openid/v1/jwks"),
		rules:   []rule{isURL("issuer"), eitherOr("issuer", "region", "tenantId", "oidcId")},
	}
}
