package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// usage is what one operation took: the time of the best round, and the most requests of all.
type usage struct {
	time     time.Duration
	requests int64
}

func (u *usage) add(took time.Duration, requests int64) {
	u.time, u.requests = best(u.time, took), max(u.requests, requests)
}

// measure adds one run.
func (u *usage) measure(s *server, run func() (time.Duration, error)) error {
	s.reset()
	took, err := run()
	u.add(took, s.requests.Load())
	return err
}

// measureTerraform compares Pulumi with Terraform.
func (b *bench) measureTerraform(ctx context.Context) error {
	if b.cli == "" || os.Getenv(envTerraform) == "" || os.Getenv(envTerraformProvider) == "" {
		return nil
	}
	const groups, clients = 20, 200
	b.section("Terraform", fmt.Sprintf("`pulumi` without checkpoints, and `terraform` with the provider trozz/pocketid, otherwise each with its default settings: %d groups, and %d clients that each "+
		"have one of the groups. By default, Pulumi writes the whole state before and after each step; the section above shows what that costs. The tools take turns to begin a round. A confidential client has a secret. From Pocket ID 2.14 on, the clients are public: the Terraform provider cannot create secrets there. "+
		"Before, a refresh of Pulumi tests each secret with a second request. The commands are:\n%s",
		groups, clients, comparedCommands()),
		"server", "clients", "operation", "Pulumi", "Terraform", "ratio", "requests of Pulumi", "requests of Terraform")
	for _, version := range []string{newestWithSecrets, ""} {
		memory, err := startVersion(version)
		if err != nil {
			return err
		}
		err = b.compareTerraform(ctx, "in-memory", memory, groups, clients)
		memory.web.Close()
		if err != nil {
			return err
		}
	}
	url := os.Getenv("POCKETID_TEST_BASE_URL")
	if url == "" {
		return nil
	}
	proxy, err := startProxy(url, os.Getenv("POCKETID_TEST_API_KEY"))
	if err != nil {
		return err
	}
	defer proxy.web.Close()
	return b.compareTerraform(ctx, "real", proxy, groups, clients)
}

func (b *bench) compareTerraform(ctx context.Context, name string, s *server, groups, clients int) error {
	objects, version, err := objectsFor(ctx, s, groups, clients)
	if err != nil {
		return err
	}
	objects.prefix = "bench-pulumi"
	pulumi, err := b.newProject(ctx, "pocketid", b.plugin, objects.pulumi(), false, s.web.URL)
	if err != nil {
		return err
	}
	objects.prefix = "bench-terraform"
	terraform, err := b.newTerraformProject(objects.terraform(), s.web.URL)
	if err != nil {
		return err
	}
	ours, theirs := make([]usage, len(comparedOperations)), make([]usage, len(comparedOperations))
	for round := range b.rounds {
		for i, operation := range comparedOperations {
			tools := []func() error{
				func() error {
					return ours[i].measure(s, func() (time.Duration, error) { return pulumi.measure(ctx, operation.pulumi...) })
				},
				func() error {
					return theirs[i].measure(s, func() (time.Duration, error) { return terraform.measure(ctx, operation.terraform...) })
				},
			}
			if round%2 == 1 { // the second tool works beside the objects of the first
				slices.Reverse(tools)
			}
			for _, measure := range tools {
				if err := measure(); err != nil {
					return err
				}
			}
		}
	}
	for i, operation := range comparedOperations {
		b.row(fmt.Sprint(name, " ", version), objects.kind(), operation.name, ours[i].time, theirs[i].time, ratio(ours[i].time, theirs[i].time), ours[i].requests, theirs[i].requests)
	}
	return nil
}

// measure runs one command and returns how long it took.
func (p *project) measure(ctx context.Context, args ...string) (time.Duration, error) {
	began := time.Now()
	err := p.pulumi(ctx, append(args, "--stack", "bench", "--non-interactive")...)
	return time.Since(began), err
}
