#!/usr/bin/env bash
# Builds the plugin for every platform, in archives named as Pulumi looks for them, and pocketid-import beside it.
# Usage: release.sh vX.Y.Z FOLDER
set -euo pipefail
version=${1:?a version, as v1.2.3} folder=${2:?a folder}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
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
    tar -C "$work" -czf "$folder/$program-$version-$platform.tar.gz" "$program$suffix"
    rm -r "$work"
  done
done
(cd "$folder" && sha256sum ./*.tar.gz >SHA256SUMS)
