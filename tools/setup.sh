#!/usr/bin/env bash
# Installs what Heng needs on Debian 12, by package name, and nothing that is already there.
#   tools/setup.sh build   compiler and libraries for ./run
#   tools/setup.sh test    the same, and what only ./test needs (fuzzers, browser, fonts)
set -euo pipefail
mode=${1:-build}

build_packages=(
  g++ cmake ninja-build ccache mold pkg-config ca-certificates tzdata
  libexpat1-dev libsimdjson-dev nlohmann-json3-dev libhowardhinnant-date-dev libsqlite3-dev libfmt-dev
  libcli11-dev zlib1g-dev libssl-dev libsodium-dev libutf8proc-dev libboost-dev libqrencode-dev
)
test_packages=(
  libgtest-dev clang-19 libclang-rt-19-dev clang-tidy-19 clang-format shellcheck
  python3 python3-yaml chromium fonts-noto-cjk
)

wanted=("${build_packages[@]}")
[ "$mode" = test ] && wanted+=("${test_packages[@]}")

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: these Debian packages are missing: ${missing[*]}; install them as root" >&2; exit 1; }
  sudo=(sudo)
fi
echo "setup: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq >&2
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
