package fake

import (
	"fmt"
	"slices"
	"strings"
)

// serverVersion is a version of Pocket ID that the fake imitates. Versions are
// ordered: v2_12 < v2_13.
type serverVersion int

const (
	v2_3 serverVersion = iota
	v2_9
	v2_12 // not recorded: read from its source
	v2_13
	v2_14
	// The following are not recorded, except for the public keys of federated identities in
	// 2.15: they are read from the server's source and from the code of other clients.
	v2_15
	v2_16
	v2_17
	v2_18
	v2_19 // not released: the changes on the main branch after 2.18
)

// newestRecorded is the newest version with recordings.
const newestRecorded = "2.14.0"

// supportedVersions returns the names of the versions, in the order of the constants.
func supportedVersions() []string {
	return []string{"2.3.0", "2.9.0", "2.12.0", "2.13.0", newestRecorded, "2.15.0", "2.16.0", "2.17.0", "2.18.0", "2.19.0"}
}

func parseVersion(name string) (serverVersion, error) {
	index := slices.Index(supportedVersions(), name)
	if index < 0 {
		return 0, fmt.Errorf("version %q is not supported; use one of %s", name, strings.Join(supportedVersions(), ", "))
	}
	return serverVersion(index), nil
}
