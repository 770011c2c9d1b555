#!/bin/sh
# Gets a Debian machine with Node and npm ready for the tests and the demo: the few Debian packages that the lab
# needs, and the npm packages. Says nothing when all is there. May be repeated.
set -eu
cd "$(dirname "$0")/.."

if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
	echo "Heimweg needs Node 20.19 or newer; here is $(node --version 2>&1 || echo none)." >&2
	exit 1
fi

# program, the package it is in
wanted='debootstrap debootstrap
systemd-nspawn systemd-container
nft nftables
ip iproute2
nsenter util-linux
mount mount
openssl openssl
strip binutils
dpkg-scanpackages dpkg-dev
gpg gpg
gpg-agent gpg-agent'

missing=$(echo "$wanted" | while read -r program package; do
	PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null || echo "$package"
done)
# Without these two debootstrap cannot tell whether what it fetches is Debian's.
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
command -v gpgv >/dev/null || command -v sqv >/dev/null || missing="$missing gpgv"
missing=$(echo $missing)

if [ "$(id -u)" = 0 ] && [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null; then
		echo "The lab needs these Debian packages, and there is no apt-get here to install them: $missing" >&2
		exit 1
	fi
	echo "Installing $missing"
	export DEBIAN_FRONTEND=noninteractive
	# A machine that was just set up has no package lists, an old one has outdated ones.
	said=$(mktemp)
	install() { apt-get install --yes -qq --no-install-recommends $missing </dev/null >"$said" 2>&1; }
	if ! install && ! { apt-get update -qq && install; }; then
		cat "$said" >&2
		rm -f "$said"
		echo "apt-get could not install $missing: see above." >&2
		exit 1
	fi
	rm -f "$said"
fi

# By what the lock file says, not by its age: a new checkout's is always newer. A node_modules that is a link belongs to
# another tree, and npm would empty it there.
installed=node_modules/.installed-lock.json
if [ ! -L node_modules ] && ! cmp -s package-lock.json "$installed"; then
	echo "Installing the npm packages"
	npm ci --no-audit --no-fund </dev/null
	cp package-lock.json "$installed"
fi
