#!/usr/bin/env bash
# Installs what optional tests need where it can, builds everything, runs every test.
# Last line: N passed, N failed, N skipped.
#
#   ./test.sh                    all tests
#   ./test.sh Tensors Models     only the tests of these assemblies
#   ./test.sh --no-build …       without installing and building first
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if [ "${1:-}" = --no-build ]; then
  shift
else
  scripts/get-tiktoken.sh || echo "note: tests against tiktoken's own ranks will be skipped" >&2
  scripts/get-chromium.sh || echo "note: tests of the chat page in a browser will be skipped" >&2
  scripts/get-node-clients.sh || echo "note: tests with clients in JavaScript will be skipped" >&2
  scripts/get-slurm.sh || echo "note: the test on a Slurm cluster will be skipped" >&2
  dotnet build Puyu.slnx -c Release -v quiet --nologo || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
fi

if [ $# -gt 0 ]; then
  projects=("${@/#/tests/Puyu.}")
  projects=("${projects[@]/%/.Tests}")
else
  projects=(tests/*.Tests)
fi

passed=0 failed=0 skipped=0 status=0
for project in "${projects[@]}"; do
  name=$(basename "$project")
  log=$(mktemp)
  dotnet test "$project" -c Release --no-build --nologo --logger "console;verbosity=minimal" \
    --blame-hang-timeout 10m 2>&1 | tee "$log" | grep -vE "^(Data collector 'Blame'|Test run for|A total of 1 test|Starting test|Microsoft|Copyright|$)"
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1

  # "Passed!  - Failed:     0, Passed:    19, Skipped:     0, Total:    19, …"
  counts=$(sed -nE 's/.*Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+).*/\1 \2 \3/p' "$log" | tail -n 1)
  rm -f "$log"
  if [ -z "$counts" ]; then
    echo "$name: the test run ended without a result" >&2
    status=1
    failed=$((failed + 1))
    continue
  fi
  read -r f p s <<<"$counts"
  failed=$((failed + f)) passed=$((passed + p)) skipped=$((skipped + s))
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && exit "$status" || exit 1
