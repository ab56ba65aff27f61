package main

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// The stack that manages the application. Its output is secret, and stays secret in this stack.
		identity, err := pulumi.NewStackReference(ctx, config.Require(ctx, "identityStack"), nil)
		if err != nil {
			return err
		}
		environment := identity.GetOutput(pulumi.String("documentsEnvironment")).AsStringMapOutput()

		// A pod takes all variables with envFrom.
		kubernetesCredentials, err := corev1.NewSecret(ctx, "kubernetesCredentials", &corev1.SecretArgs{
			Metadata:   &metav1.ObjectMetaArgs{Namespace: pulumi.String("documents")},
			StringData: environment,
		})
		if err != nil {
			return err
		}

		ctx.Export("kubernetesSecret", kubernetesCredentials.ID())
		return nil
	})
}
