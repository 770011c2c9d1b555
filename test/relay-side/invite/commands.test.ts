import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RelayFacts, relayFacts } from "../../../relay-side/facts.ts";
import { homeParser } from "../../../relay-side/homes/home.ts";
import { homeLookup } from "../../../relay-side/homes/lookup.ts";
import { emptyRegistry, next } from "../../../relay-side/homes/registry.ts";
import { type InvitationBook, invitationBook } from "../../../relay-side/invite/book.ts";
import { admitHome, type Desk, inviteHome, removeHome } from "../../../relay-side/invite/commands.ts";
import type { Door } from "../../../relay-side/invite/door.ts";
import { homeFiles } from "../../../relay-side/invite/home-files.ts";
import { inviteOrders } from "../../../relay-side/invite/orders.ts";
import { invitationStore } from "../../../relay-side/invite/store.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";
import { readCode } from "../../../shared/invitation/code.ts";
import { relayKeysOf } from "../../../shared/invitation/secrets.ts";
import { silent } from "../../shared/silent.ts";
import { keyOf } from "./examples.ts";

/**
 * The command line and the daemon's orders with a real folder of homes and a real book. The daemon follows the folder when it
 * is asked something, as the watch does a moment later.
 */
let root: string;
let facts: RelayFacts;
let book: InvitationBook;
let said: string[];
let printed: string[];
let desk: Desk;
let tellWaiting: (homes: ReadonlySet<string>) => void;
/** The orders that fail, as when the daemon ends or the power goes. */
let broken: string | undefined;

const networks = [parseCidr("10.86.0.0/24"), parseCidr("fd86:5a1e:77::/64")];
const addresses = [parseAddress("10.86.0.1"), parseAddress("fd86:5a1e:77::1")];

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "heimweg-commands-"));
	await mkdir(join(root, "homes.d"));
	facts = relayFacts();
	const tell = facts.homes.own("test");
	book = invitationBook({
		store: invitationStore(join(root, "invites"), silent),
		onChange() {},
		log: silent,
	});
	const parse = homeParser({ networks, relayAddresses: addresses });
	let registry = emptyRegistry;

	async function follow(): Promise<void> {
		const names = (await readdir(join(root, "homes.d"))).filter((name) => /^[a-z].*\.toml$/.test(name));
		const homes = new Map(
			await Promise.all(
				names.map(async (name) => {
					const text = await readFile(join(root, "homes.d", name), "utf8");
					return [name.slice(0, -5), parse(name, text)] as const;
				}),
			),
		);
		const files = { readable: true as const, directory: "homes.d", homes };
		const joined = ({ id, invitation }: { id: string; invitation: string }) => {
			const record = book.records.get(invitation);
			if (record?.home !== id) return undefined;
			return record.publicKey ? { publicKey: record.publicKey, presharedKeyFile: "/k" } : ("open" as const);
		};
		registry = next(
			next(registry, files, 0, undefined, joined).registry,
			files,
			1e6,
			undefined,
			joined,
		).registry;
		const lookup = homeLookup();
		lookup.follow(registry.homes, registry.homes.keys());
		const { at, byDomain } = lookup;
		tell({ registry, at, byDomain, changedHomes: new Set(), changedDomains: new Set() });
	}

	facts.peers.own("test")({ has: () => true, enrolments: [] });
	tellWaiting = facts.waiting.own("test");
	tellWaiting(new Set(["busy"]));
	const named = () => [...facts.homes.value!.registry.invited.values()].map(({ invitation }) => invitation);
	const door = {
		guarded: () => new Set(),
		at: (address) => book.live().find((one) => one.enrolment.address === address && named().includes(one.id)),
	} as Partial<Door> as Door;
	const orders = inviteOrders({
		...{ book, door, facts, relayKey: keyOf(0), enrolPort: 8688 },
		tunnel: { addresses, networks, listenPort: 51_820 },
		endpoint: { host: "relay.example.net", port: undefined },
	});
	[said, printed, broken] = [[], [], undefined];
	desk = {
		async order(command, argument = "") {
			await follow();
			if (command === broken) throw new Error("the daemon does not run");
			return orders[command]!(argument);
		},
		files: homeFiles(join(root, "homes.d")),
		say: (text) => said.push(text),
		tell: (text) => printed.push(text),
		out: (text) => printed.push(text),
		now: () => new Date("2026-11-30T12:00:00Z"),
	};
});
afterEach(() => rm(root, { recursive: true }));

const file = (home: string) => readFile(join(root, "homes.d", `${home}.toml`), "utf8");

test("inviting a home writes its file, and prints a code that the saved invitation fits", async () => {
	await inviteHome(desk, "anna", ["Example.org", "müller.example"]);
	expect(printed).toHaveLength(1);
	const invitation = readCode(printed[0]!);
	expect(invitation).toMatchObject({ host: "relay.example.net", port: 51_820, enrolPort: 8688, slot: 0 });
	expect([invitation.relayAddresses, invitation.networks]).toEqual([addresses, networks]);
	const [record] = [...book.records.values()];
	expect(record).toMatchObject({
		...{ home: "anna", state: "open" },
		enrolment: { address: "10.86.0.254", publicKey: relayKeysOf(invitation.seed).bootstrapPublicKey },
	});
	expect(await file("anna")).toBe(`# Made by heimweg-relay on 2026-11-30.
# Its key comes when "heimweg join" is run there with the code.
invitation = "${record!.id}"
addresses = ["10.86.0.2", "fd86:5a1e:77::2"]
domains = ["example.org", "xn--mller-kva.example"]
`);
	expect((await stat(join(root, "homes.d/anna.toml"))).mode & 0o777).toBe(0o640);
	expect(said.join()).not.toContain(printed[0]);
});

test("each home gets addresses of its own, and eight codes may be open at once", async () => {
	for (let at = 0; at < 8; at++) await inviteHome(desk, `home${at}`, [`home${at}.example`]);
	expect(await file("home7")).toContain('addresses = ["10.86.0.9", "fd86:5a1e:77::9"]');
	expect(new Set(printed.map((code) => readCode(code).slot)).size).toBe(8);
	await expect(inviteHome(desk, "ninth", ["ninth.example"])).rejects.toThrow("8 invitations are open");
	expect(await readdir(join(root, "homes.d"))).not.toContain("ninth.toml");
	expect(book.records.size).toBe(8);
});

test("a second code needs --again, replaces the first, and leaves what the owner wrote", async () => {
	await inviteHome(desk, "anna", ["example.org"]);
	await expect(inviteHome(desk, "anna", ["example.org"])).rejects.toThrow("invited already");
	await writeFile(join(root, "homes.d/anna.toml"), `${await file("anna")}senders = "any"\n`);
	const [first] = [...book.records.keys()];
	await inviteHome(desk, "anna", [], { again: true });
	expect([...book.records.keys()]).toHaveLength(1);
	expect(book.records.has(first!)).toBe(false);
	expect(await file("anna")).toMatch(/invitation = "[a-z0-9]+"\naddresses = .*\n.*\nsenders = "any"\n$/);
	expect(await file("anna")).not.toContain(first);
	expect(printed[1]).not.toBe(printed[0]);
	await expect(inviteHome(desk, "anna", ["other.example"], { again: true })).rejects.toThrow("other domains");
});

test("what was written by hand is not written over, and what another home has is not given away", async () => {
	const text = `public_key = "${keyOf(5)}"\naddresses = ["10.86.0.2"]\ndomains = ["example.org"]\n`;
	await writeFile(join(root, "homes.d/bert.toml"), text);
	for (const again of [false, true])
		await expect(inviteHome(desk, "bert", ["new.example"], { again })).rejects.toThrow("names no invitation");
	await expect(inviteHome(desk, "anna", ["example.org"])).rejects.toThrow("example.org is bert's");
	await inviteHome(desk, "anna", ["anna.example"]);
	await expect(inviteHome(desk, "carl", ["anna.example"])).rejects.toThrow("anna.example is anna's");
	expect(await file("anna")).toContain('"10.86.0.3"');
	expect(await file("bert")).toBe(text);
	for (const bad of ["../x", "Anna", "", "a".repeat(33)])
		await expect(inviteHome(desk, bad, ["x.example"])).rejects.toThrow("expected a name");
	for (const bad of ["no domain", "-x.example", 'x"]\ny = ["'])
		await expect(inviteHome(desk, "dora", [bad])).rejects.toThrow("expected a mail domain");
	await expect(inviteHome(desk, "dora", [])).rejects.toThrow("got none");
});

test("wherever inviting breaks off nobody has a code, and it may be done again", async () => {
	for (broken of ["invite-open", "invite-stands"]) {
		printed = [];
		await expect(inviteHome(desk, "anna", ["example.org"])).rejects.toThrow("does not run");
		expect(printed).toEqual([]);
		const began = broken === "invite-stands";
		broken = undefined;
		await inviteHome(desk, "anna", ["example.org"], { again: began });
		expect(printed).toHaveLength(1);
		expect([...book.records.values()].filter(({ home }) => home === "anna")).toHaveLength(1);
		await removeHome(desk, "anna");
	}
});

test("a home is removed with its invitations, but not while mail waits for it", async () => {
	await inviteHome(desk, "anna", ["example.org"]);
	await inviteHome(desk, "busy", ["busy.example"]);
	await removeHome(desk, "anna", { force: true });
	expect(said.at(-1)).toBe("anna is no longer served; mail for its domains is refused, and none goes back");
	await expect(removeHome(desk, "busy")).rejects.toThrow("mail waits here for busy");
	expect(await file("busy")).toContain("busy.example");
	await removeHome(desk, "busy", { force: true });
	expect(said.at(-1)).toContain("what waits here goes back to its senders after some days");
	expect([await readdir(join(root, "homes.d")), await readdir(join(root, "invites"))]).toEqual([[], []]);
	await removeHome(desk, "busy");
});

test("a home is not removed before it is known whether mail waits for it", async () => {
	await inviteHome(desk, "anna", ["example.org"]);
	tellWaiting(undefined as unknown as ReadonlySet<string>);
	await expect(removeHome(desk, "anna")).rejects.toThrow("not known yet whether mail waits here for anna");
	expect(await file("anna")).toContain("example.org");
	tellWaiting(new Set());
	await removeHome(desk, "anna");
});

test("a home whose key is known is admitted without a code", async () => {
	await admitHome(desk, "anna", keyOf(5), ["example.org"]);
	expect(await file("anna")).toContain(
		`public_key = "${keyOf(5)}"\naddresses = ["10.86.0.2", "fd86:5a1e:77::2"]\n`,
	);
	await expect(admitHome(desk, "anna", keyOf(6), ["x.example"])).rejects.toThrow("is there already");
	await expect(admitHome(desk, "bert", "no key", ["x.example"])).rejects.toThrow("expected a public key");
	await expect(admitHome(desk, "bert", keyOf(6), ["example.org"])).rejects.toThrow("example.org is anna's");
});
