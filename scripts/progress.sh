# Sourced by other scripts.
#
# progress WHAT COMMAND... runs COMMAND. On stderr it prints WHAT at the start, every ten
# seconds, and at the end, with the time since the start.
progress() {
  local what=$1 began=$SECONDS status=0 ticker
  shift
  echo "$what ..." >&2
  (
    trap 'kill "$sleep"; exit' TERM
    # A sleep that is still running at the end would keep the caller's pipe open.
    while sleep 10 & sleep=$!; wait "$sleep"; kill -0 $$ 2>/dev/null; do
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
