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
	v2_15 // not recorded: read from the pull requests since 2.14
)

// newestRecorded is the newest version with recordings.
const newestRecorded = "2.14.0"

// supportedVersions returns the names of the versions, in the order of the constants.
func supportedVersions() []string {
	return []string{"2.3.0", "2.9.0", "2.12.0", "2.13.0", newestRecorded, "2.15.0"}
}

func parseVersion(name string) (serverVersion, error) {
	index := slices.Index(supportedVersions(), name)
	if index < 0 {
		return 0, fmt.Errorf("version %q is not supported; use one of %s", name, strings.Join(supportedVersions(), ", "))
	}
	return serverVersion(index), nil
}
