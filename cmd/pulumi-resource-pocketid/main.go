// Command pulumi-resource-pocketid is the Pulumi plugin; the engine starts it.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi-pocketid/pulumi-pocketid/provider"
)

func main() {
	if err := provider.Serve(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
