#!/usr/bin/env bash
# Times promproof and promtool side by side on the same input: whole processes, medians, runs alternating, so that a
# busy machine is unfair to both alike. Prints a Markdown table for the README.
#
#   cargo build --release && benches/compare_promtool.sh [PATH-TO-PROMTOOL] [RUNS] [PATH-TO-PROMPROOF]
#
# The input is in ../shared (or $PROMPROOF_SHARED), whose oracle/install.sh unpacks a promtool.
set -euo pipefail
cd "$(dirname "$0")/.."

promtool=${1:-$HOME/.cache/promproof-oracle/root/usr/bin/promtool}
runs=${2:-21}
promproof=$(realpath "${3:-target/release/promproof}")
shared=$(cd "${PROMPROOF_SHARED:-../shared}" && pwd)

for tool in "$promtool" "$promproof"; do
  [[ -x $tool ]] || { echo "$tool is not there" >&2; exit 2; }
done

# The middle one of the numbers on standard input.
median() {
  sort -n | sed -n "$(((runs + 1) / 2))p"
}

# Nanoseconds that a command takes; what it says and how it ends does not matter here. The clock is the shell's own: to start
# `date` takes a quarter as long as a run of promproof.
time_of() {
  local start end
  start=${EPOCHREALTIME/[.,]/}
  "$@" > /dev/null 2>&1 || true
  end=${EPOCHREALTIME/[.,]/}
  echo $(((end - start) * 1000))
}

milliseconds() {
  awk -v ns="$1" 'BEGIN { printf ns < 99.5e6 ? "%.1f ms" : "%.0f ms", ns / 1e6 }'
}

# One row: what it is, the folder to run in, the arguments of promproof, `--`, those of promtool.
row() {
  local name=$1 folder=$2 ours=() theirs=() into=ours
  shift 2
  for word in "$@"; do
    if [[ $word == -- ]]; then into=theirs; continue; fi
    if [[ $into == ours ]]; then ours+=("$word"); else theirs+=("$word"); fi
  done
  local our_times="" their_times=""
  pushd "$folder" > /dev/null
  # Once for the file cache.
  time_of "$promproof" "${ours[@]}" > /dev/null
  time_of "$promtool" "${theirs[@]}" > /dev/null
  for ((i = 0; i < runs; i++)); do
    our_times+="$(time_of "$promproof" "${ours[@]}")"$'\n'
    their_times+="$(time_of "$promtool" "${theirs[@]}")"$'\n'
  done
  popd > /dev/null
  local our their
  our=$(printf '%s' "$our_times" | median)
  their=$(printf '%s' "$their_times" | median)
  printf '| %s | %s | %s | %s× |\n' "$name" "$(milliseconds "$our")" "$(milliseconds "$their")" \
    "$(awk -v a="$their" -v b="$our" 'BEGIN { printf "%.1f", a / b }')"
}

mapfile -t srerun < <(cd "$shared/corpus/srerun" && find rules -name '*.yml' -o -name '*.yaml' | sort)
mapfile -t cmo < <(cd "$shared/corpus/unit-tests/cmo" && grep -lE '^tests:' -- *.yaml)

echo "| whole process, median of $runs runs | promproof | promtool | |"
echo "| --- | ---: | ---: | ---: |"
row "\`check\` of ${#srerun[@]} rule files (srerun)" "$shared/corpus/srerun" \
  check --no-config rules -- check rules "${srerun[@]}"
row '`check` of a rule file of 1.2 MB (rules_large.yml)' "$shared/conformance/promtool" \
  check --no-config rules_large.yml -- check rules rules_large.yml
row "\`test\` of ${#cmo[@]} test files (OpenShift's cluster-monitoring-operator)" "$shared/corpus/unit-tests/cmo" \
  test "${cmo[@]}" -- test rules "${cmo[@]}"
echo
echo "$("$promproof" --version), $("$promtool" --version 2>&1 | head -n 1), $(nproc) processors, $(uname -sm)."
