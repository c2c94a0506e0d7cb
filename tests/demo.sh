#!/usr/bin/env bash
# The main job on the embedded sandbox: find the HSMs, check them, plan the tickets, open them, and open none the second time.
set -euo pipefail

work=$(mktemp -d)
phsm sandbox serve degraded >"$work/exports" 2>"$work/log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

for _ in $(seq 200); do
  [ -s "$work/exports" ] && break
  kill -0 "$server" || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
# shellcheck disable=SC1091
source "$work/exports"
export PHSM_LEDGER_DIR="$work/ledger" # not beside the ledger of real tickets

# step WANTED-EXIT-CODE COMMAND...: show a command, run it, and insist on its exit code
step() {
  local wanted=$1 code=0
  shift
  printf '\n\n$ %s\n\n' "$*"
  "$@" || code=$?
  if [ "$code" != "$wanted" ]; then
    echo "demo: '$*' ended with $code, not $wanted" >&2
    exit 1
  fi
}

step 0 phsm inventory
step 3 phsm check
step 0 phsm tickets plan
step 0 phsm tickets open --apply
step 0 phsm tickets open --apply
step 0 phsm tickets list
step 0 phsm ledger verify
