#!/bin/sh
# Installs OpenAI's own client for JavaScript, with zod, into artifacts/openai-node (or the folder given). The tests of
# the server that talk to it look there, or where PUYU_OPENAI_NODE points, and are skipped where it is absent.
set -eu

folder=$(mkdir -p "${1:-$(dirname "$0")/../artifacts/openai-node}" && cd "${1:-$(dirname "$0")/../artifacts/openai-node}" && pwd)
[ -f "$folder/node_modules/openai/package.json" ] && [ -f "$folder/node_modules/zod/package.json" ] && exit 0

command -v node > /dev/null || { echo "get-openai-node.sh: node is not installed" >&2; exit 1; }
cd "$folder"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts openai@6.49.0 zod@4.1.12
