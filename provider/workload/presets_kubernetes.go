package workload

import (
	"cmp"
	"strings"
)

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

func serviceAccountSubject(b *block) string {
	return "system:serviceaccount:" + b.text("namespace") + ":" + b.text("serviceAccount")
}
