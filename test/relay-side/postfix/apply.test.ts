import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lackingSettings, type PostfixSideDeps, postfixSide } from "../../../relay-side/postfix/apply.ts";
import { waitingTransport } from "../../../relay-side/postfix/settings.ts";
import { CommandError } from "../../../shared/command.ts";
import { type PostfixCommandDeps, runPostfixCommand } from "../../../shared/postfix/command.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";
import { rules } from "../homes/examples.ts";
import { type FakePostfix, fakePostfix } from "./fake-postfix.ts";

let folder: string;
let mapsDirectory: string;
let postfix: FakePostfix;
let printed: string;
let waiting: string[];

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-postfix-"));
	await mkdir(join(folder, "etc"));
	mapsDirectory = join(folder, "lib", "maps");
	postfix = fakePostfix(join(folder, "etc"));
	waiting = [];
});

afterEach(() => rm(folder, { recursive: true }));

const context = () => ({
	mapsDirectory,
	service: "heimweg",
	networks: rules.networks,
	relayAddresses: rules.relayAddresses,
});

function command(options: { apply?: boolean; undo?: boolean; force?: boolean } = {}, changes = {}) {
	printed = "";
	const deps: PostfixSideDeps & PostfixCommandDeps = {
		run: postfix.run,
		listQueue: async function* (): AsyncGenerator<QueuedMessage> {
			for (const address of waiting)
				yield { queue_id: "1", queue_name: "deferred", arrival_time: 0, recipients: [{ address }] };
		},
		out: {
			write: (text) => {
				printed += text;
			},
		},
		...context(),
		uid: 0,
		now: () => new Date("2026-01-02T03:04:05.678Z"),
		...changes,
	};
	return runPostfixCommand(options, () => postfixSide(deps), deps);
}

const etc = () => join(folder, "etc");
const ours = (map: string, type = "lmdb") => `${type}:${mapsDirectory}/${map}`;

describe("heimweg-relay postfix", () => {
	test("shows what is needed, changes nothing and exits 1", async () => {
		const before = [postfix.main(), postfix.master()];
		expect(await command()).toBe(1);
		expect(printed).toContain(`+ ${ours("transport")}\n`);
		expect(printed).toContain("- (not set)");
		expect(printed).toContain('12 changes needed; "heimweg-relay postfix --apply" makes them.');
		expect([postfix.main(), postfix.master()]).toEqual(before);
		expect(await readdir(etc())).toEqual(["main.cf", "master.cf"]);
	});

	test("--apply makes the maps first, sets all, checks, reloads, and the next look finds nothing to do", async () => {
		expect(await command({ apply: true })).toBe(0);
		expect(Object.fromEntries(postfix.main())).toEqual({
			myhostname: "relay.example",
			transport_maps: ours("transport"),
			relay_domains: ours("relay_domains"),
			relay_recipient_maps: ours("relay_recipients"),
			heimweg_initial_destination_concurrency: "1",
			recipient_delimiter: "+",
			relay_transport: waitingTransport,
			parent_domain_matches_subdomains: "debug_peer_list, smtpd_access_maps",
			heimweg_checked: expect.stringMatching(
				/^check_policy_service \{ unix:heimweg\/policy, .*\{ default_action=451 4.3.0 [^{},]+ \} \}, defer$/,
			),
			heimweg_homes:
				"check_client_access cidr:{ {10.86.0.1 DUNNO}, {fd86::1 DUNNO}, {10.86.0.0/16 heimweg_checked}, {fd86::/64 heimweg_checked} }",
			smtpd_restriction_classes: "heimweg_homes, heimweg_checked",
			smtpd_relay_restrictions:
				"heimweg_homes, permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination",
		});
		expect(postfix.master().at(-1)).toMatch(
			/^heimweg unix - - y - 300 smtp -o syslog_name=postfix\/heimweg -o smtp_connect_timeout=5s /,
		);
		const calls = postfix.calls.map((call) => call.replace(/ .*/, ""));
		expect(calls.indexOf("setpriv")).toBeLessThan(
			postfix.calls.findIndex((call) => call.startsWith("postconf -e")),
		);
		expect(postfix.calls.slice(-3)).toEqual(["postfix check", "postfix status", "postfix reload"]);
		expect((await stat(join(mapsDirectory, "transport.lmdb"))).mode & 0o777).toBe(0o644);
		expect(await command()).toBe(0);
		expect(printed).toBe("Postfix is set up as Heimweg needs it.\n");
		postfix.calls.length = 0;
		expect(await command({ apply: true })).toBe(0);
		expect(postfix.calls.filter((call) => /postconf -[eMPX] .*=|reload/.test(call))).toEqual([]);
	});

	test("an earlier version's policy service on a port is replaced, and --undo goes back behind both", async () => {
		const before = postfix.main();
		await command({ apply: true });
		const old = postfix.main().get("heimweg_checked")!.replace("unix:heimweg/policy", "inet:127.0.0.1:8652");
		await postfix.run("postconf", ["-e", `heimweg_checked=${old}`]);
		const record = join(etc(), "heimweg-undo.json");
		const ofBoth = await readFile(record, "utf8");
		await writeFile(record, ofBoth.replace("unix:heimweg/policy", "inet:127.0.0.1:8652"));
		expect(await command()).toBe(1);
		expect(await lackingSettings({ run: postfix.run, type: "lmdb", ...context() })).toEqual([
			"heimweg_checked is not as it should be",
		]);
		expect(await command({ apply: true })).toBe(0);
		expect(postfix.main().get("heimweg_checked")).not.toContain("inet:");
		expect(await command({ undo: true })).toBe(0);
		expect(postfix.main()).toEqual(before);
	});

	test("the folder of the policy service is made where it is missing, for the daemon and Postfix's group", async () => {
		await command({ apply: true });
		const install = `install -d -o heimweg -g postfix -m 2710 ${join(folder, "spool", "heimweg")}`;
		expect(postfix.calls).toContain(install);
		expect(printed).toContain("systemctl restart heimweg-relay");
		postfix.calls.length = 0;
		await command({ apply: true });
		expect(postfix.calls).not.toContain(install);
	});

	test("the daemon's maps are made as the daemon's user, never as root", async () => {
		await command({ apply: true });
		const writes = postfix.calls.filter((call) => call.includes("postmap") || call.includes("chmod"));
		expect(writes).toHaveLength(7);
		for (const call of writes) expect(call).toMatch(/^setpriv --reuid=999 --regid=999 --clear-groups /);
	});

	test("the map of valid recipients begins with everybody at the domains that are relayed", async () => {
		await mkdir(mapsDirectory, { recursive: true });
		await writeFile(join(mapsDirectory, "relay_domains.lmdb"), "a.example\theimweg\nb.example\theimweg\n");
		await command({ apply: true });
		expect(await readFile(join(mapsDirectory, "relay_recipients.lmdb"), "utf8")).toBe(
			"@a.example\theimweg\n@b.example\theimweg\n",
		);
	});

	test("other relayed domains keep what they had: no list of recipients that would refuse all their mail", async () => {
		postfix = fakePostfix(etc(), "relay_domains = other.example\n");
		await command({ apply: true });
		expect(postfix.main().has("relay_recipient_maps")).toBe(false);
		expect(printed).toContain("relay_recipient_maps is not set, because it would refuse");
		await postfix.run("postconf", ["-e", "relay_recipient_maps=hash:/mine"]);
		expect(await command({ apply: true })).toBe(0);
		expect(postfix.main().get("relay_recipient_maps")).toBe(`${ours("relay_recipients")}, hash:/mine`);
	});

	test("the user's own maps and domains stay, behind ours, and the rest that serves them is left alone", async () => {
		const own =
			"transport_maps = hash:/etc/postfix/transport\nrelay_domains = other.example, hash:/etc/postfix/relay\n";
		postfix = fakePostfix(etc(), own);
		expect(await command({ apply: true })).toBe(0);
		const main = postfix.main();
		expect(main.get("transport_maps")).toBe(`${ours("transport")}, hash:/etc/postfix/transport`);
		expect(main.get("relay_domains")).toBe(
			`${ours("relay_domains")}, other.example, hash:/etc/postfix/relay`,
		);
		expect(main.has("relay_transport")).toBe(false);
		expect(main.has("parent_domain_matches_subdomains")).toBe(false);
		expect(printed).toContain("relays for other domains too (other.example, hash:/etc/postfix/relay)");
		expect(await command()).toBe(0);
	});

	test("what homes may send is asked before everything else, in whichever list decides about relaying", async () => {
		const own =
			"smtpd_recipient_restrictions = reject_unknown_recipient_domain, reject_unauth_destination\nsmtpd_relay_restrictions = permit_mynetworks, heimweg_homes, reject\nsmtpd_restriction_classes = strict\nsmtpd_client_restrictions = reject_unknown_client_hostname\ninet_interfaces = 203.0.113.10\n";
		postfix = fakePostfix(etc(), own);
		const before = postfix.main();
		expect(await command({ apply: true })).toBe(0);
		const main = postfix.main();
		expect(main.get("smtpd_recipient_restrictions")).toBe(
			"heimweg_homes, reject_unknown_recipient_domain, reject_unauth_destination",
		);
		expect(main.get("smtpd_relay_restrictions")).toBe("heimweg_homes, permit_mynetworks, reject");
		expect(main.get("smtpd_restriction_classes")).toBe("heimweg_homes, heimweg_checked, strict");
		expect(printed).toContain("smtpd_client_restrictions is set here");
		expect(printed).toContain('inet_interfaces is "203.0.113.10", so the homes cannot hand over');
		expect(await command()).toBe(0);
		expect(await command({ undo: true })).toBe(0);
		expect(postfix.main()).toEqual(before);
	});

	test("nothing is touched in a Postfix that does not know tables inside main.cf", async () => {
		postfix.version = "3.6.4";
		expect(await command({ apply: true })).toBe(2);
		expect(printed).toContain("Postfix 3.7 or newer is needed, and this is 3.6.4");
		expect(await readdir(etc())).toEqual(["main.cf", "master.cf"]);
	});

	test("our transport map is put before the user's when it stands behind", async () => {
		await command({ apply: true });
		await postfix.run("postconf", ["-e", `transport_maps=hash:/x, ${ours("transport")} hash:/y`]);
		expect(await command({ apply: true })).toBe(0);
		expect(postfix.main().get("transport_maps")).toBe(`${ours("transport")}, hash:/x, hash:/y`);
	});

	test("a service of ours that was changed gets its settings back and keeps what the user added", async () => {
		await command({ apply: true });
		await postfix.run("postconf", ["-P", "heimweg/unix/smtp_connect_timeout=30s"]);
		await postfix.run("postconf", ["-P", "heimweg/unix/smtp_tls_security_level=encrypt"]);
		expect(await command()).toBe(1);
		expect(printed).toContain("service heimweg, -o smtp_connect_timeout");
		expect(printed).toContain("- 30s\n  + 5s");
		expect(await command({ apply: true })).toBe(0);
		expect(postfix.master().at(-1)).toContain("-o smtp_tls_security_level=encrypt");
		expect(await command()).toBe(0);
	});

	test("the homes' service loads no authorities' certificates, which every start of it would cost", async () => {
		await command({ apply: true });
		expect(postfix.master().at(-1)).toMatch(/-o smtp_tls_CAfile= -o smtp_tls_CApath=( |$)/);
	});

	test.each(["smtp_tls_policy_maps = hash:/etc/postfix/tls_policy\n", "smtp_tls_security_level = verify\n"])(
		"they stay where certificates may decide about mail: %s",
		async (own) => {
			postfix = fakePostfix(etc(), own);
			await command({ apply: true });
			expect(postfix.master().at(-1)).not.toContain("smtp_tls_CA");
			expect(await command()).toBe(0);
		},
	);

	test("authorities that the owner gave our service stay, and one who wants them later is told", async () => {
		await command({ apply: true });
		await postfix.run("postconf", ["-e", "smtp_tls_security_level=verify"]);
		expect(await command()).toBe(0);
		expect(printed).toContain("postconf -PX heimweg/unix/smtp_tls_CAfile");
		await postfix.run("postconf", ["-e", "smtp_tls_security_level=may"]);
		await postfix.run("postconf", ["-P", "heimweg/unix/smtp_tls_CAfile=/etc/mine.pem"]);
		expect(await command()).toBe(0);
	});

	test("mail that a home refuses is held by our service alone, where its owner wants that, and no longer", async () => {
		await command({ apply: true });
		expect(postfix.master().at(-1)).not.toContain("soft_bounce");
		expect(await command({ apply: true }, { hold: true })).toBe(0);
		expect(postfix.master().at(-1)).toContain("-o soft_bounce=yes");
		expect(postfix.main().has("soft_bounce")).toBe(false);
		await command({ apply: true });
		expect(postfix.master().at(-1)).toContain("-o soft_bounce=no");
	});

	test("when Postfix's database type changes, the new maps begin with what the old ones held", async () => {
		postfix.databaseType = "hash";
		await command({ apply: true });
		await writeFile(join(mapsDirectory, "transport.db"), "a.example\theimweg:[10.86.0.2]:25\n");
		postfix.databaseType = "lmdb";
		expect(await command({ apply: true })).toBe(0);
		expect(postfix.main().get("transport_maps")).toBe(ours("transport"));
		expect(await readFile(join(mapsDirectory, "transport.lmdb"), "utf8")).toBe(
			"a.example\theimweg:[10.86.0.2]:25\n",
		);
		expect(printed).toContain("systemctl restart heimweg-relay");
	});

	test("a failing postfix check leaves everything as it was", async () => {
		const before = [
			await readFile(join(etc(), "main.cf"), "utf8"),
			await readFile(join(etc(), "master.cf"), "utf8"),
		];
		postfix.checkFails = "bad permissions on /var/spool/postfix";
		expect(await command({ apply: true })).toBe(2);
		expect(printed).toContain("bad permissions on /var/spool/postfix");
		expect([
			await readFile(join(etc(), "main.cf"), "utf8"),
			await readFile(join(etc(), "master.cf"), "utf8"),
		]).toEqual(before);
		expect(await readdir(etc())).not.toContain("heimweg-undo.json");
		expect(postfix.calls).not.toContain("postfix reload");
	});

	test("a failing postfix check leaves the files with the rights, the owner and the group that they had", async () => {
		const file = join(etc(), "main.cf");
		// Another group than ours, as far as we may give it one.
		const group = process.getuid?.() === 0 ? 4_321 : (process.getgroups?.().at(-1) ?? process.getgid!());
		await chown(file, process.getuid!(), group);
		await chmod(file, 0o640);
		postfix.checkFails = "bad permissions on /var/spool/postfix";
		expect(await command({ apply: true })).toBe(2);
		expect(await stat(file)).toMatchObject({ uid: process.getuid!(), gid: group, mode: 0o100640 });
	});

	test("the files as they were lie beside the new ones", async () => {
		const before = await readFile(join(etc(), "main.cf"), "utf8");
		await command({ apply: true });
		expect(await readFile(join(etc(), "main.cf.before-heimweg-20260102T030405"), "utf8")).toBe(before);
		expect(printed).toContain(".before-heimweg-20260102T030405");
	});

	test("a Postfix that does not run is not reloaded", async () => {
		postfix.running = false;
		expect(await command({ apply: true })).toBe(0);
		expect(postfix.calls).not.toContain("postfix reload");
		expect(printed).toContain("when it starts");
	});

	test("without root, without Postfix or without the daemon's user it says so and touches nothing", async () => {
		expect(await command({ apply: true }, { uid: 1000 })).toBe(2);
		expect(printed).toContain("only root");
		const missing = new CommandError("postconf", "the program postconf is needed and was not found", {
			missing: true,
			remedy: 'run "apt install postfix"',
		});
		const run = async () => {
			throw missing;
		};
		expect(await command({}, { run })).toBe(2);
		expect(printed).toContain('What to do: run "apt install postfix"');
		expect(await command({ apply: true }, { owner: "nobody-here" })).toBe(2);
		expect(printed).toContain('there is no user "nobody-here"');
		expect(await readdir(etc())).toEqual(["main.cf", "master.cf"]);
		expect(await command({ apply: true, undo: true })).toBe(2);
	});
});

describe("heimweg-relay postfix --undo", () => {
	test("takes back what was set, and nothing else", async () => {
		postfix = fakePostfix(etc(), "transport_maps = hash:/etc/postfix/transport\nrelay_transport = lmtp:x\n");
		const before = [postfix.main(), postfix.master()];
		await command({ apply: true });
		expect(await command({ undo: true })).toBe(0);
		expect([postfix.main(), postfix.master()]).toEqual(before);
		expect(await readdir(etc())).not.toContain("heimweg-undo.json");
		expect(postfix.calls.at(-1)).toBe("postfix reload");
		expect(await command({ undo: true })).toBe(0);
		expect(printed).toBe("There is nothing to take back.\n");
	});

	test("goes back behind several applies to the state before the first", async () => {
		postfix = fakePostfix(etc(), "transport_maps = hash:/mine\n");
		const before = [postfix.main(), postfix.master()];
		postfix.databaseType = "hash";
		await command({ apply: true });
		postfix.databaseType = "lmdb";
		await command({ apply: true });
		expect(await command({ undo: true })).toBe(0);
		expect([postfix.main(), postfix.master()]).toEqual(before);
	});

	test("leaves what was changed since: a list loses only our map, other values stay", async () => {
		await command({ apply: true });
		await postfix.run("postconf", ["-e", `transport_maps=${ours("transport")}, hash:/new`]);
		await postfix.run("postconf", ["-e", "relay_transport=smtp:[inside.example]"]);
		await postfix.run("postconf", ["-P", "heimweg/unix/smtp_helo_timeout=9s"]);
		expect(await command({ undo: true })).toBe(0);
		expect(Object.fromEntries(postfix.main())).toEqual({
			myhostname: "relay.example",
			transport_maps: "hash:/new",
			relay_transport: "smtp:[inside.example]",
		});
		expect(postfix.master().some((line) => line.startsWith("heimweg "))).toBe(true);
		expect(printed).toContain('relay_transport is "smtp:[inside.example]"');
		expect(printed).toContain("the service heimweg in master.cf was changed since");
	});

	test("refuses while mail waits for a home, unless forced", async () => {
		await command({ apply: true });
		await writeFile(join(mapsDirectory, "transport.lmdb"), "a.example\theimweg:[10.86.0.2]:25\n");
		waiting = ["someone@other.example", "someone@a.example"];
		const before = postfix.main();
		expect(await command({ undo: true })).toBe(2);
		expect(printed).toContain("mail waits for a.example");
		expect(postfix.main()).toEqual(before);
		expect(await command({ undo: true, force: true })).toBe(0);
		expect(postfix.main().has("transport_maps")).toBe(false);
	});
});

test("the daemon is told what Postfix lacks of the essentials, for the type of its own maps", async () => {
	const deps = { run: postfix.run, ...context(), type: "lmdb" as const };
	expect(await lackingSettings(deps)).toEqual([
		`transport_maps lacks ${ours("transport")}`,
		`relay_domains lacks ${ours("relay_domains")}`,
		"master.cf has no service heimweg",
		"heimweg_checked is not as it should be",
		"heimweg_homes is not as it should be",
		"smtpd_restriction_classes lacks heimweg_homes, heimweg_checked",
		"smtpd_relay_restrictions lacks heimweg_homes",
	]);
	await command({ apply: true });
	expect(await lackingSettings(deps)).toEqual([]);
	expect(await lackingSettings({ ...deps, type: "hash" })).toEqual([
		`transport_maps lacks ${ours("transport", "hash")}`,
		`relay_domains lacks ${ours("relay_domains", "hash")}`,
	]);
});
