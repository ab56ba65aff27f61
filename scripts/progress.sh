# To be sourced. `progress WHAT COMMAND...` runs COMMAND and says on stderr,
# every ten seconds, what takes so long.
progress() {
  local what=$1 began=$SECONDS status=0 ticker
  shift
  echo "$what ..." >&2
  (
    trap 'kill "$pause"; exit' TERM
    # A pause that outlived us would hold the caller's pipe open.
    while sleep 10 & pause=$!; wait "$pause"; kill -0 $$ 2>/dev/null; do
      echo "$what ... $((SECONDS - began)) s" >&2
    done
  ) &
  ticker=$!
  "$@" || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  echo "$what: $((SECONDS - began)) s" >&2
  return "$status"
}
