#!/bin/sh
# Gets a Debian machine ready for the tests: the few packages that the lab needs, and the npm packages.
# Says nothing when all is there. May be repeated.
set -eu
cd "$(dirname "$0")/.."

# program, the package it is in
wanted='debootstrap debootstrap
systemd-nspawn systemd-container
nft nftables
ip iproute2
nsenter util-linux
openssl openssl'

missing=$(echo "$wanted" | while read -r program package; do
	command -v "$program" >/dev/null 2>&1 || PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1 ||
		echo "$package"
done)

if [ "$(id -u)" != 0 ]; then
	echo "Not root: the tests on real hosts (test/lab) will be skipped; they boot machines and make networks."
elif [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "The lab needs these Debian packages, and there is no apt-get here to install them:" $missing >&2
		exit 1
	fi
	echo "Installing" $missing
	export DEBIAN_FRONTEND=noninteractive
	install="apt-get install --yes --quiet --no-install-recommends $missing"
	# A machine that was just set up has no package lists, an old one has outdated ones.
	$install >/dev/null 2>&1 || { apt-get update --quiet && $install; }
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	echo "Installing the npm packages"
	npm ci --no-audit --no-fund
fi
