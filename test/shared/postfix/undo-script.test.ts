import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { UndoRecord } from "../../../shared/postfix/undo-record.ts";
import { undoScript } from "../../../shared/postfix/undo-script.ts";

/** Postfix's commands as far as the script calls them, over files of lines `name = value`. */
const commands: Record<string, string> = {
	// A name of one's own that nothing uses is not shown, and warned of.
	postconf: `case "$1 $2" in
-n*) while read -r name rest; do
	case $name in heimweg_*) grep -v "^$name =" main.cf | grep -qF "$name" || { echo unused >&2; continue; } ;; esac
	printf '%s\\n' "$name $rest"
done <main.cf ;;
-e*) name=\${2%%=*}; sed -i "/^$name = /d" main.cf; printf '%s = %s\\n' "$name" "\${2#*=}" >>main.cf ;;
-X*) sed -i "/^$2 = /d" main.cf ;;
"-M -X") sed -i "/^\${3%/*} /d" master.cf ;;
-M*=*) name=\${2%%/*}; sed -i "/^$name /d" master.cf; printf '%s\\n' "\${2#*=}" >>master.cf ;;
-M*) grep "^\${2%/*} " master.cf ;;
esac`,
	postqueue: "cat queue",
	postmap: 'grep -qx "$2" domains && echo "heimweg:[10.86.0.2]:25"',
	postfix: "case $1 in reload) echo reloaded >>reloads ;; status) [ ! -e stopped ] ;; esac",
};

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "heimweg-undo-"));
	for (const [name, text] of Object.entries(commands)) {
		writeFileSync(join(folder, name), `#!/bin/sh\ncd "${folder}" || exit 1\n${text}\n`);
		chmodSync(join(folder, name), 0o755);
	}
	put("main.cf", "");
	put("master.cf", "smtp unix - - y - - smtp\n");
	put("queue", "");
	put("domains", "example.org\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const read = (name: string) => readFileSync(join(folder, name), "utf8");

const map = "lmdb:/var/lib/heimweg-relay/maps/transport";
const line = "heimweg unix - - y - 300 smtp -o syslog_name=postfix/heimweg";

function run(parts: Partial<UndoRecord>) {
	put("undo", undoScript(folder, { version: 1, parameters: {}, services: {}, ...parts }));
	const env = { PATH: `${folder}:/usr/bin:/bin` };
	const { stdout, stderr, status } = spawnSync("sh", [join(folder, "undo")], { env, encoding: "utf8" });
	expect(stderr).toBe("");
	return { said: stdout, status };
}

describe("the undo without the program", () => {
	test("takes back what stands as it was set, and gives the values from before back", () => {
		put("main.cf", `relayhost = [10.86.0.1]:25\nrecipient_delimiter = -+\ntransport_maps = ${map}\n`);
		put(
			"master.cf",
			`smtp unix - - y - - smtp\nheimweg   unix  -  -  y  -  300  smtp -o syslog_name=postfix/heimweg\n10993 inet n - y - - smtpd\n`,
		);
		const { said, status } = run({
			parameters: {
				transport_maps: { before: null, set: map, element: map },
				relayhost: { before: "[smtp.example.net]:587", set: "[10.86.0.1]:25" },
				recipient_delimiter: { before: "-", set: "-+" },
			},
			services: {
				heimweg: { before: null, set: line },
				"10993/inet": { before: null, set: "10993 inet n - y - - smtpd" },
			},
		});
		expect({ said, status }).toEqual({ said: "", status: 0 });
		expect(read("main.cf")).toBe("recipient_delimiter = -\nrelayhost = [smtp.example.net]:587\n");
		expect(read("master.cf")).toBe("smtp unix - - y - - smtp\n");
		expect(read("reloads")).toBe("reloaded\n");
	});

	test("takes away names of its own that nothing uses any more, without a word of them", () => {
		put(
			"main.cf",
			"smtpd_client_restrictions = heimweg_tunnel\nheimweg_tunnel = permit_mynetworks, reject\n",
		);
		const parameters = {
			heimweg_tunnel: { before: null, set: "permit_mynetworks, reject" },
			smtpd_client_restrictions: { before: null, set: "heimweg_tunnel", element: "heimweg_tunnel" },
		};
		expect(run({ parameters })).toEqual({ said: "", status: 0 });
		expect(read("main.cf")).toBe("");
	});

	test("takes only what is ours out of a list that its owner changed since, whatever the map's type", () => {
		put(
			"main.cf",
			"transport_maps = hash:/etc/postfix/own, hash:/var/lib/heimweg-relay/maps/transport, lmdb:/x\nclasses = a, heimweg_homes,heimweg_checked, b\n",
		);
		run({
			parameters: {
				transport_maps: { before: null, set: map, element: map },
				classes: {
					before: null,
					set: "heimweg_homes, heimweg_checked",
					element: "heimweg_homes, heimweg_checked",
				},
			},
		});
		expect(read("main.cf")).toBe("classes = a, b\ntransport_maps = hash:/etc/postfix/own, lmdb:/x\n");
	});

	test("leaves alone what is not ours any more, and says so once", () => {
		put("main.cf", "relayhost = other\n");
		put("master.cf", `${line} -o smtp_helo_name=x\n`);
		const { said } = run({
			parameters: { relayhost: { before: "mine", set: "[10.86.0.1]:25" }, gone: { before: null, set: "1" } },
			services: { heimweg: { before: null, set: line } },
		});
		expect(said).toContain('relayhost is "other", which Heimweg did not set, and stays so.\n');
		expect(said).toContain("The service heimweg in master.cf was changed since, and stays.\n");
		expect(said).not.toContain("gone");
		expect(read("main.cf")).toBe("relayhost = other\n");
	});

	test("keeps mail that waits for a home from going back to its senders, and says where it stays", () => {
		put("main.cf", `transport_maps = ${map}, hash:/own\n`);
		put("queue", '{"recipients": [{"address": "anna@Example.ORG"}, {"address": "x@elsewhere.test"}]}\n');
		const { said } = run({
			parameters: { transport_maps: { before: "hash:/own", set: `${map}, hash:/own`, element: map } },
		});
		expect(read("heimweg-waiting")).toMatch(/^example\.org retry:4\.3\.0 [ -~]+$/m);
		expect(read("heimweg-waiting")).not.toContain("elsewhere");
		expect(read("main.cf")).toBe(`transport_maps = texthash:${folder}/heimweg-waiting, hash:/own\n`);
		expect(said).toContain("Mail waits for example.org, and stays in Postfix's queue");
	});

	test("a recipient's address hides no domain that waits, names no file, and has nobody wait for a terminal", () => {
		put("main.cf", `transport_maps = ${map}\n`);
		put("queue", String.raw`{"address": "\"anna b\"@example.org"}, {"address": "x@*"}, {"address": "x@-"}`);
		put("postmap", '#!/bin/sh\n[ "$2" = - ] && cat\n[ -d "$2" ] || [ "$2" = example.org ] && echo found\n');
		const parameters = { transport_maps: { before: null, set: map, element: map } };
		put("undo", undoScript(folder, { version: 1, parameters, services: {} }));
		const input = "typed at the terminal\n";
		const env = { PATH: `${folder}:/usr/bin:/bin` };
		execFileSync("sh", [join(folder, "undo")], { env, input, cwd: "/" });
		const waiting = read("heimweg-waiting").match(/^\S+(?= retry:)/gm);
		expect(waiting).toEqual(["example.org"]);
	});

	test("does nothing where Postfix is gone, and ends well", () => {
		rmSync(join(folder, "postconf"));
		expect(run({ parameters: { relayhost: { before: null, set: "x" } } })).toEqual({ said: "", status: 0 });
		rmSync(join(folder, "main.cf"));
		expect(run({ parameters: { relayhost: { before: null, set: "x" } } })).toEqual({ said: "", status: 0 });
	});

	test("is not misled by quotes, blanks and dollars in a value", () => {
		const set = '{ it\'s $here "\\t" }';
		put("main.cf", `rule = ${set}\n`);
		run({ parameters: { rule: { before: "a 'b' $c", set } } });
		expect(read("main.cf")).toBe("rule = a 'b' $c\n");
	});

	test("is plain sh", () => {
		put(
			"undo",
			undoScript(folder, {
				version: 1,
				parameters: { transport_maps: { before: null, set: map, element: map } },
				services: {},
			}),
		);
		execFileSync("dash", ["-n", join(folder, "undo")]);
		expect(existsSync(join(folder, "heimweg-waiting"))).toBe(false);
	});
});
