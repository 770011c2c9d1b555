#!/bin/sh
# The demo: sets up what it needs, and tells the story of a home whose address changes.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
	echo "The demo boots two machines and makes networks between them, so it must be run as root." >&2
	exit 1
fi
test/setup.sh
exec node --import tsx test/demo/main.ts
