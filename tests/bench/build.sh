#!/usr/bin/env bash
# How long the build takes: programs and plugins from nothing, then the tests, then nothing at all.
# No compiler cache; everything is made in a temporary directory and removed.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
export CCACHE_DISABLE=1
TIMEFORMAT='%R s'

timed() {
  printf '%-42s ' "$1"
  shift
  time "$@" >"$build/log" 2>&1 || { tail -n 30 "$build/log" >&2; exit 1; }
}

echo "$(date -u '+%Y-%m-%d %H:%M'), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
timed "configure" cmake -S "$top" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMUSTER_WERROR=OFF
timed "programs and plugins (target: 360)" ninja -C "$build" programs
timed "tests (target: 360)" ninja -C "$build"
timed "no change (target: 5)" ninja -C "$build"
