package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The environment variables that name a Terraform and its provider trozz/pocketid.
const (
	envTerraform         = "POCKETID_TEST_TERRAFORM"
	envTerraformProvider = "POCKETID_TEST_TERRAFORM_PROVIDER"
)

// terraformProject is a configuration of Terraform with a local state.
type terraformProject struct {
	dir string
	env []string
}

// newTerraformProject writes a configuration. Its provider is a binary, so that no registry
// is needed.
func (b *bench) newTerraformProject(resources, baseURL string) (*terraformProject, error) {
	dir, err := os.MkdirTemp(b.dir, "terraform-")
	if err != nil {
		return nil, err
	}
	provider, err := filepath.Abs(os.Getenv(envTerraformProvider))
	if err != nil {
		return nil, err
	}
	binaries := filepath.Join(dir, "provider")
	if err := os.Mkdir(binaries, 0o755); err != nil {
		return nil, err
	}
	if err := os.Symlink(provider, filepath.Join(binaries, "terraform-provider-pocketid")); err != nil {
		return nil, err
	}
	settings := filepath.Join(dir, "settings.tfrc")
	for path, text := range map[string]string{
		settings: fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"trozz/pocketid\" = %q\n  }\n}\n", binaries),
		filepath.Join(dir, "main.tf"): "terraform {\n  required_providers {\n    pocketid = { source = \"trozz/pocketid\" }\n  }\n}\n" +
			"provider \"pocketid\" {}\n" + resources,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return &terraformProject{dir: dir, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TF_CLI_CONFIG_FILE=" + settings, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"POCKETID_BASE_URL=" + baseURL, "POCKETID_API_TOKEN=" + apiKey,
	}}, nil
}

// measure runs one command and returns how long it took.
func (p *terraformProject) measure(ctx context.Context, args ...string) (time.Duration, error) {
	terraform, err := filepath.Abs(os.Getenv(envTerraform))
	if err != nil {
		return 0, err
	}
	command := exec.CommandContext(ctx, terraform, append(args, "-input=false", "-no-color")...)
	command.Dir, command.Env = p.dir, p.env
	began := time.Now()
	out, err := command.CombinedOutput()
	took := time.Since(began)
	if err != nil {
		err = fmt.Errorf("terraform %s: %w\n%s", strings.Join(args, " "), err, out[max(0, len(out)-2000):])
	}
	return took, err
}
