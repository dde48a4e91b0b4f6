#!/bin/sh
# Installs Debian's chromium, with which the tests of the chat page drive the page. Needs root and apt; does nothing
# where a chromium is there already. Tests look for it on PATH, or where PUYU_CHROMIUM points.
set -eu

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" > /dev/null; then
    exit 0
  fi
done

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
  echo "get-chromium: no chromium, and neither root nor apt-get to install it with" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium > /dev/null
