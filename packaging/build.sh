# Sourced by quickstart and test: installs what is missing, configures and builds build/release.
# Sets $top, $build and $bin. Only apt-get runs with more rights than the caller's.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$top/build/release
bin=$build/bin

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

missing_packages() {
  local wanted package
  wanted=$(grep -v '^#' "$top/packaging/debian-packages")
  for package in $wanted; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null || die "this needs Debian 12 (dpkg was not found)"
  local missing as_root=()
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  say "installing $(echo "$missing" | wc -l) packages: $(echo $missing)"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing and there is no sudo; as root run: apt-get install" $missing
    as_root=(sudo)
  fi
  # Plain apt-get, so that a right to run that alone is enough; without an input nothing can ask a question.
  "${as_root[@]}" apt-get update -qq >&2 || die "apt-get update failed, see above"
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends $missing </dev/null >&2 ||
    die "apt-get install failed, see above"
}

# build_release TARGET: configures when needed and builds one target ("programs", or "all" with the tests).
build_release() {
  say "building $1 in ${build#"$top"/}"
  local log=$build/configure.log
  mkdir -p "$build"
  if ! (cd "$top" && cmake --preset release) >"$log" 2>&1; then
    cat "$log" >&2
    die "cmake could not configure the build"
  fi
  (cd "$top" && cmake --build --preset release --target "$1") >&2 || die "the build failed, see above"
}
