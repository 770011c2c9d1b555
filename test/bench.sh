#!/bin/sh
# The bench: sets up what it needs, builds the programs, and measures what they are to reach. "--help" tells more.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
	echo "The bench boots machines and makes networks between them, so it must be run as root." >&2
	exit 1
fi
test/setup.sh
exec node --import tsx test/bench/main.ts "$@"
