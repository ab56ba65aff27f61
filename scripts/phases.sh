# Sourced by check.sh and test.sh, from the root of the repository. Both run a list of phases,
# also after one has failed, and end with `summary`.

# A line "passed failed skipped" from each phase.
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
failed_phases=()

# Tests and compiler spend a third of their CPU time on garbage collection at Go's default of 100.
export GOGC=${GOGC:-400}

# phase NAME COMMAND... runs COMMAND and prints how it ended and how long it took.
phase() {
  local name=$1 began=$SECONDS result=ok
  shift
  printf '\n== %s\n' "$name"
  "$@" || { result=FAILED; failed_phases+=("$name"); }
  printf '== %s: %s, %s s (%s s in total)\n' "$name" "$result" $((SECONDS - began)) "$SECONDS"
}

lint() { scripts/lint.sh "$counts"; }

go_test() { scripts/go-test.sh "$counts" -count=1 -timeout 20m "$@"; }

# summary prints the result of all phases. Its status is 0 if none failed.
summary() {
  printf '\n'
  if [ ${#failed_phases[@]} -ne 0 ]; then
    printf 'FAILED: %s\n' "${failed_phases[@]}"
  else
    echo "PASS: all phases, in $SECONDS s"
  fi
  awk '{p += $1; f += $2; s += $3} END {
    if (s) printf "%d skipped\n", s
    printf "%d passed, %d failed\n", p, f
    exit f > 0 || p == 0
  }' "$counts" && [ ${#failed_phases[@]} -eq 0 ]
}
