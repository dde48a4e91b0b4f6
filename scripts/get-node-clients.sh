#!/bin/sh
# Installs OpenAI's and Anthropic's own clients for JavaScript, with zod, into artifacts/node-clients (or the folder
# given). The tests of the server that talk to it look there, or where PUYU_NODE_CLIENTS points, and are skipped where
# they are absent.
set -eu

folder=$(mkdir -p "${1:-$(dirname "$0")/../artifacts/node-clients}" && cd "${1:-$(dirname "$0")/../artifacts/node-clients}" && pwd)
[ -d "$folder/node_modules/@anthropic-ai/sdk" ] && [ -d "$folder/node_modules/openai" ] && exit 0

command -v node > /dev/null || { echo "get-node-clients.sh: node is not installed" >&2; exit 1; }
cd "$folder"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts openai@6.49.0 @anthropic-ai/sdk@1.14.0 zod@4.1.12
