import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { homeSide, lackingSettings } from "../../../agent/mail/postfix.ts";
import { parseAddress } from "../../../shared/address.ts";
import { type PostfixCommandOptions, runPostfixCommand } from "../../../shared/postfix/command.ts";
import { type FakePostfix, fakePostfix } from "../../relay-side/postfix/fake-postfix.ts";

const relays = ["10.86.0.1", "fd86::1"].map((text) => parseAddress(text));
let folder: string;
let postfix: FakePostfix;
let printed: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-home-postfix-"));
	postfix = fakePostfix(folder);
});

afterEach(() => rm(folder, { recursive: true }));

function command(options: PostfixCommandOptions = {}, uid = 0) {
	printed = "";
	return runPostfixCommand(options, () => homeSide(relays), {
		run: postfix.run,
		out: {
			write: (text) => {
				printed += text;
			},
		},
		uid,
		now: () => new Date("2026-01-02T03:04:05.678Z"),
	});
}

test("shows what is needed, changes nothing and exits 1", async () => {
	expect(await command({}, 1000)).toBe(1);
	expect(printed).toContain("main.cf, relayhost: ");
	expect(printed).toContain('5 changes needed; "heimweg postfix --apply" makes them.');
	expect(await readdir(folder)).toEqual(["main.cf", "master.cf"]);
});

test("--apply sends everything through the relay and lets in nobody else, without a word about interfaces", async () => {
	expect(await command({ apply: true })).toBe(0);
	expect(Object.fromEntries(postfix.main())).toEqual({
		myhostname: "relay.example",
		relayhost: "[10.86.0.1]:25",
		heimweg_tunnel:
			"permit_mynetworks, permit_sasl_authenticated, check_client_access cidr:{ {10.86.0.1/32 OK}, {fd86::1/128 OK} }, reject",
		smtpd_restriction_classes: "heimweg_tunnel",
		smtpd_client_restrictions: "heimweg_tunnel",
		smtpd_authorized_xforward_hosts: "10.86.0.1, [fd86::1]",
	});
	expect(postfix.calls.slice(-3)).toEqual(["postfix check", "postfix status", "postfix reload"]);
	expect(await command()).toBe(0);
	postfix.calls.length = 0;
	expect(await command({ apply: true })).toBe(0);
	expect(postfix.calls.filter((call) => /postconf -[eMPX] |reload/.test(call))).toEqual([]);
});

test.each([{ apply: true }, { undo: true }])(
	"a Postfix that was not told what %o changed is told by the next run, which finds nothing else to do",
	async (options) => {
		if (options.undo) await command({ apply: true });
		const { run } = postfix;
		postfix.run = async (name, args, more) => {
			if (args[0] === "reload") throw new Error("the terminal went away");
			return run(name, args, more);
		};
		expect(await command(options)).toBe(0);
		expect(printed).toContain('Postfix could not be told: run "postfix reload"');
		expect(postfix.isCurrent()).toBe(false);
		if (options.apply) {
			expect(await command()).toBe(1);
			expect(printed).toContain('has not read them yet; "heimweg postfix --apply" has it do so');
		}
		postfix.run = run;
		expect(await command(options)).toBe(0);
		expect(postfix.isCurrent()).toBe(true);
		postfix.calls.length = 0;
		expect(await command(options)).toBe(0);
		expect(postfix.calls).not.toContain("postfix reload");
		expect(await readdir(folder)).not.toContain("heimweg-reload");
	},
);

test("--undo takes back just that, the last first, and gives the owner's own values back", async () => {
	postfix = fakePostfix(
		folder,
		"relayhost = [smtp.isp.example]:587\nsmtpd_client_restrictions = reject_unknown_client_hostname\n",
	);
	const before = postfix.main();
	await command({ apply: true });
	expect(postfix.main().get("smtpd_client_restrictions")).toBe(
		"heimweg_tunnel, reject_unknown_client_hostname",
	);
	postfix.calls.length = 0;
	expect(await command({ undo: true })).toBe(0);
	expect(postfix.main()).toEqual(before);
	expect(postfix.calls.filter((call) => /postconf -[eX] /.test(call))).toEqual([
		"postconf -X smtpd_authorized_xforward_hosts",
		"postconf -e smtpd_client_restrictions=reject_unknown_client_hostname",
		"postconf -X smtpd_restriction_classes",
		"postconf -X heimweg_tunnel",
		"postconf -e relayhost=[smtp.isp.example]:587",
	]);
	expect(await command({ undo: true })).toBe(0);
	expect(printed).toBe("There is nothing to take back.\n");
});

test("--undo leaves other hosts that may say whose mail they bring, and takes both of the relay's addresses out", async () => {
	const name = "smtpd_authorized_xforward_hosts";
	postfix = fakePostfix(folder, `${name} = 127.0.0.1, [::1]\n`);
	await command({ apply: true });
	expect(postfix.main().get(name)).toBe("10.86.0.1, [fd86::1], 127.0.0.1, [::1]");
	await postfix.run("postconf", ["-e", `${name}=10.86.0.1, 192.0.2.1, [fd86::1], [::1]`]);
	expect(await command({ undo: true })).toBe(0);
	expect(postfix.main().get(name)).toBe("192.0.2.1, [::1]");
});

test("what stands in the way and is the owner's to decide is told", async () => {
	postfix = fakePostfix(
		folder,
		"inet_interfaces = loopback-only\nmynetworks = 127.0.0.0/8 [fd86::]/64 hash:/etc/x\ntransport_maps = hash:/etc/t\n",
	);
	await command();
	expect(printed).toContain('inet_interfaces is "loopback-only"');
	expect(printed).toContain("mynetworks contains the relay's tunnel address");
	expect(printed).toContain("transport_maps is set here");
	await postfix.run("postconf", ["-e", "mynetworks=127.0.0.0/8 [::1]/128 10.86.0.2"]);
	await command();
	expect(printed).not.toContain("mynetworks contains");
});

test("only root may change Postfix", async () => {
	expect(await command({ apply: true }, 1000)).toBe(2);
	expect(printed).toContain("only root");
});

test("the daemon says what the set-up lacks: never set up, relayhost lost, another relay address", async () => {
	const lacking = (throughRelay = true) => lackingSettings(postfix.run, relays, throughRelay);
	expect(await lacking()).toEqual([
		"relayhost is (nothing) instead of [10.86.0.1]:25, so what this home sends leaves past the relay",
		"smtpd_client_restrictions lacks heimweg_tunnel, so this home takes mail from everybody who finds its address",
	]);
	await command({ apply: true });
	expect(await lacking()).toEqual([]);
	await postfix.run("postconf", ["-e", "relayhost=[smtp.isp.example]:587"]);
	expect(await lacking()).toHaveLength(1);
	expect(await lacking(false)).toEqual([]);
	await postfix.run("postconf", ["-e", "heimweg_tunnel=permit_mynetworks, reject"]);
	expect(await lacking(false)).toEqual([
		"heimweg_tunnel does not let in exactly the relay's tunnel addresses",
	]);
});
