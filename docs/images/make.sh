#!/usr/bin/env bash
# Draws the pictures of the README anew, from what the program really prints. Needs Python 3.
#
#   cargo build --release && docs/images/make.sh
#   PROMPROOF=/elsewhere/promproof docs/images/make.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

promproof=${PROMPROOF:-$PWD/target/release/promproof}
images=$PWD/docs/images
export LC_ALL=C.UTF-8
unset GITHUB_ACTIONS NO_COLOR CLICOLOR_FORCE

# Draws what a command prints; findings and failed tests are what the pictures are about, so 1 is a good exit code.
draw() {
  local picture=$1 status=0 output
  shift
  output=$("$promproof" "$@" --color always 2>&1) || status=$?
  [[ $status -le 1 ]] || { printf '%s\n' "$output" >&2; exit "$status"; }
  "$images/terminal_svg.py" "promproof $*" <<< "$output" > "$images/$picture"
  echo "docs/images/$picture"
}

draw check.svg check testdata/traefik

# The failing test: the example as it would be if somebody made the alert wait for three minutes instead of one.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r testdata/traefik "$copy/"
sed -i.orig 's/for: 1m/for: 3m/' "$copy/traefik/traefik.rules.yml"
cd "$copy"
# One failure of several, or the picture gets too long.
draw test.svg test traefik --run rises -k TraefikHigh
