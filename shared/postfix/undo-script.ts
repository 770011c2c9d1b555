import { join } from "node:path";
import { shellWord } from "../shell-word.ts";
import { elementsOf, patternOf } from "./list.ts";
import { oneLine } from "./settings.ts";
import type { UndoRecord } from "./undo-record.ts";

/** The script lies beside main.cf, as the record does. */
export function undoScriptFile(directory: string): string {
	return join(directory, "heimweg-undo");
}

/**
 * The record as a script of plain sh(1), which needs neither this program nor Node: when a package is purged, both are
 * gone. It does what `--undo` does; mail that waits for a home is kept from going back to its senders by routes to
 * retry(8), which stay and are said.
 */
export function undoScript(directory: string, record: UndoRecord): string {
	const parameters = Object.entries(record.parameters).reverse();
	const transport = record.parameters.transport_maps?.element;
	return [
		head(directory),
		...(transport ? [keepWaiting(transport)] : []),
		...parameters.map(([name, { before, set, element }]) =>
			words("parameter", name, set, before === null ? "unset" : "set", before ?? "", ...patterns(element)),
		),
		...Object.entries(record.services).map(([name, { before, set }]) =>
			// One that listens on a port has its type in the name.
			words(
				"service",
				name.includes("/") ? name : `${name}/unix`,
				oneLine(set),
				before === null ? "unset" : "set",
				before ?? "",
			),
		),
		tail,
	].join("\n");
}

/** Patterns of awk(1) for what of a list is ours. */
function patterns(element: string | undefined): string[] {
	return elementsOf(element ?? "").map((one) => patternOf(one, "[[:space:],]"));
}

function words(...all: string[]): string {
	return all.map(shellWord).join(" ");
}

const head = (directory: string) => `#!/bin/sh
# Takes back what Heimweg set in Postfix, with or without Heimweg on this machine. What was changed since stays.
directory=${shellWord(directory)}
failed=0 waiting= first=
command -v postconf >/dev/null 2>&1 || exit 0
[ -f "$directory/main.cf" ] || exit 0

# postconf warns of names that nothing uses while it takes away the one that uses them.
change() { said=$(postconf "$@" 2>&1) || { failed=1; printf '%s\\n' "$said"; }; }

# Before anything changes: once nothing uses it, postconf does not show a parameter that is a name of our own.
settings=$(postconf -n 2>/dev/null)

# The list on standard input without what matches; the rest is as it was written.
without() {
	PATTERN=$1 awk '{ list = list (NR > 1 ? "\\n" : "") $0 } END {
		while (match(list, ENVIRON["PATTERN"])) {
			begin = substr(list, RSTART, 1)
			list = substr(list, 1, RSTART - 1) (begin ~ /[[:space:],]/ ? begin : "") substr(list, RSTART + RLENGTH)
		}
		gsub(/^[[:space:],]+|[[:space:],]+$/, "", list)
		print list
	}'
}

# A parameter of main.cf: its name, what Heimweg set, whether there was something before and what, patterns of what is ours.
parameter() {
	name=$1 ours=$2 was=$3 before=$4
	shift 4
	now=$(printf '%s\\n' "$settings" | grep "^$name =") || return 0
	now=\${now#*=}
	now=\${now# }
	if [ "$now" != "$ours" ]; then
		rest=$now
		for pattern; do rest=$(printf '%s\\n' "$rest" | without "$pattern"); done
		if [ "$rest" != "$now" ]; then
			was=set before=$rest
		else
			{ [ "$was" = set ] && [ "$now" = "$before" ]; } ||
				echo "$name is \\"$now\\", which Heimweg did not set, and stays so."
			return 0
		fi
	fi
	if [ "$name" = transport_maps ] && [ -n "$first" ]; then
		was=set before=$first\${before:+, $before}
	fi
	if [ "$was" = set ]; then change -e "$name=$before"; else change -X "$name"; fi
}

# A service of master.cf: its name, the line that Heimweg made, whether there was one before and which.
service() {
	now=$(postconf -M "$1" 2>/dev/null | tr -s ' \\t\\n' ' ' | sed 's/^ //; s/ $//')
	[ -n "$now" ] || return 0
	if [ "$now" != "$2" ]; then
		echo "The service \${1%/*} in master.cf was changed since, and stays."
	elif [ "$3" = set ]; then
		change -M "$1=$4"
	else
		change -M -X "$1"
	fi
}
`;

/**
 * Domains that mail waits for keep a route, from before their map is taken away. Who sends a mail chooses its recipient's
 * address: quotes in it, `*` for its domain, or `-`, by which postmap(1) would read from the terminal.
 */
const keepWaiting = (transport: string) => `
set -f
for domain in $(postqueue -j 2>/dev/null | grep -Eo '"address": "([^"\\]|\\\\.)*"' | sed 's/.*@//; s/"$//' | tr A-Z a-z | sort -u); do
	[ -n "$(postmap -q "$domain" ${shellWord(transport)} 2>/dev/null </dev/null)" ] && waiting="$waiting $domain"
done
if [ -n "$waiting" ]; then
	{
		echo "# Mail for these domains waits in the queue; without these lines it would go back to its senders."
		for domain in $waiting; do
			echo "$domain retry:4.3.0 the way to this domain's home was taken away"
		done
	} >"$directory/heimweg-waiting.new" && mv -f "$directory/heimweg-waiting.new" "$directory/heimweg-waiting" || failed=1
	chmod 0644 "$directory/heimweg-waiting"
	first=texthash:$directory/heimweg-waiting
fi
`;

const tail = `
if postfix status >/dev/null 2>&1; then postfix reload >/dev/null 2>&1 || failed=1; fi
rm -f "$directory/heimweg-reload"
if [ -n "$waiting" ]; then
	echo "Mail waits for$waiting, and stays in Postfix's queue: by $first in transport_maps. Once it"
	echo "may go another way or back to its senders, take that out of main.cf and run \\"postfix reload\\"."
fi
exit $failed
`;
