#!/usr/bin/env bash
# Builds the plugin and pocketid-import for every platform. Pulumi finds the plugin by the name of its archive.
# Usage: release.sh vX.Y.Z DIRECTORY
set -euo pipefail
version=${1:?version missing, for example v1.2.3} directory=${2:?directory missing}
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
cd "$(dirname "$0")/.."

for platform in linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64 windows-arm64; do
  os=${platform%-*} suffix=
  [ "$os" != windows ] || suffix=.exe
  echo "$platform" >&2
  for program in pulumi-resource-pocketid pocketid-import; do
    work=$(mktemp -d)
    CGO_ENABLED=0 GOOS=$os GOARCH=${platform#*-} go build -trimpath \
      -ldflags "-s -w -X github.com/pulumi-pocketid/pulumi-pocketid/provider.Version=${version#v}" \
      -o "$work/$program$suffix" "./cmd/$program"
    tar -C "$work" -czf "$directory/$program-$version-$platform.tar.gz" "$program$suffix"
    rm -r "$work"
  done
done
(cd "$directory" && sha256sum ./*.tar.gz >SHA256SUMS)
