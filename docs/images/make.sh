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

# The page of the same run, photographed by a browser: light and dark, as wide as a README is, at twice its density.
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [[ -z $browser ]]; then
  echo "no Chromium: docs/images/page-*.png stay as they are" >&2
  exit 0
fi
"$promproof" test traefik --run rises --html page.html --quiet > /dev/null || [[ $? == 1 ]]
photograph() {
  local picture=$1 scheme=$2
  "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1.5 \
    --blink-settings=preferredColorScheme="$scheme" --window-size=1000,1060 --screenshot="$picture" page.html > /dev/null 2>&1
  # Fewer colours, a quarter of the bytes.
  ! command -v pngquant > /dev/null || pngquant --force --skip-if-larger --output "$picture" 48 "$picture"
  ! command -v optipng > /dev/null || optipng -quiet -o5 "$picture"
  cp "$picture" "$images/"
  echo "docs/images/$picture"
}
photograph page-light.png 1
photograph page-dark.png 0
