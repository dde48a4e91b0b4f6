#!/bin/sh
# Fetches the rank files of cl100k_base and o200k_base, as the npm package tiktoken ships them, into artifacts/tiktoken
# (or the folder given), and writes them in tiktoken's own format. Tests and benchmarks that need them look there, or
# where PUYU_TIKTOKEN points.
set -eu

folder=$(mkdir -p "${1:-$(dirname "$0")/../artifacts/tiktoken}" && cd "${1:-$(dirname "$0")/../artifacts/tiktoken}" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cd "$scratch"
npm pack --silent tiktoken@1.0.22 > name
tar xf "$(cat name)"

# The package writes "! rank token token …"; the format proper is "token rank", a line each.
FOLDER="$folder" node -e '
const fs = require("fs");
for (const name of ["cl100k_base", "o200k_base"]) {
  const lines = [];
  for (const line of JSON.parse(fs.readFileSync(`package/encoders/${name}.json`)).bpe_ranks.split("\n")) {
    const [, first, ...tokens] = line.split(" ");
    tokens.forEach((token, i) => lines.push(`${token} ${Number(first) + i}`));
  }
  fs.writeFileSync(`${process.env.FOLDER}/${name}.tiktoken`, lines.join("\n") + "\n");
}'

cd "$folder"
sha256sum -c - <<'SUMS'
223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7  cl100k_base.tiktoken
446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d  o200k_base.tiktoken
SUMS
