// Command empty is a provider with one resource that does nothing: what a plugin and the engine
// cost without Pocket ID.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Nothing is the resource.
type Nothing struct{}

// NothingArgs are the inputs.
type NothingArgs struct {
	Name string `pulumi:"name"`
}

// NothingState is the state.
type NothingState struct {
	NothingArgs
}

// Create returns the inputs.
func (Nothing) Create(_ context.Context, req infer.CreateRequest[NothingArgs]) (infer.CreateResponse[NothingState], error) {
	return infer.CreateResponse[NothingState]{ID: "nothing-" + req.Name, Output: NothingState{req.Inputs}}, nil
}

func main() {
	provider, err := infer.NewProviderBuilder().WithResources(infer.Resource(Nothing{})).Build()
	if err == nil {
		err = provider.Run(context.Background(), "empty", "0.1.0")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
