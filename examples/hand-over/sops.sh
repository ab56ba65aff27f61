#!/usr/bin/env bash
# Writes an output of a stack to a file that SOPS encrypts, so that it can be committed to Git.
# No plain text reaches the disk. Run it in the folder of the project:
#
#     sops.sh documentsEnvironment documents.enc.yaml
set -euo pipefail
output=$1 file=$2

trap 'rm -f "$file.new"' EXIT
pulumi stack output "$output" --show-secrets --json |
    sops encrypt --input-type json --output-type yaml --filename-override "$file" /dev/stdin >"$file.new"
mv "$file.new" "$file"
