#!/bin/sh
# All tests: sets up what they need, builds the programs, runs them; the last line is "N passed, N failed".
# What is given on the command line goes to vitest: "npm test -- test/shared".
cd "$(dirname "$0")/.." || exit 1

give_up() {
	echo "$1" >&2
	echo "0 passed, 1 failed"
	exit 1
}

test/setup.sh || give_up "Setting up failed, see above; no test was run."
npm run --silent build || give_up "The programs could not be built, see above; no test was run."
[ "$(id -u)" = 0 ] ||
	echo "Not root: the tests on real hosts (test/lab) are skipped, as they boot machines and make networks."
exec node --import tsx test/run.ts "$@"
