# Sourced by other scripts, from the root of the repository.
. scripts/progress.sh

# build_tools MODULE WHAT ARGUMENTS... prints progress for WHAT and runs `go build` with ARGUMENTS in a module below tools/
# and writes the programs to bin/. It does nothing if bin/ has them already, built from the same
# go.mod and go.sum with the same Go version.
build_tools() {
  local module=$1 what=$2 stamp file
  shift 2
  file=bin/.built-${module//\//-}
  stamp=$(cat "$module/go.mod" "$module/go.sum" <(go version) | cksum)
  [ "$(cat "$file" 2>/dev/null)" != "$stamp" ] || return 0
  mkdir -p bin
  progress "Compiling $what" go build -C "$module" -o "$PWD/bin/" "$@" && echo "$stamp" >"$file"
}
