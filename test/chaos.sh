#!/bin/sh
# The chaos run: sets up what it needs, builds the programs, and lets mail flow while things go wrong. "--help" tells more.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
	echo "The chaos run boots machines and makes networks between them, so it must be run as root." >&2
	exit 1
fi
test/setup.sh
exec node --import tsx test/chaos/main.ts "$@"
