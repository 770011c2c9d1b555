import { pino } from "pino";
import { expect, test } from "vitest";
import { homeUninvited } from "../../../relay-side/homes/conditions.ts";
import { type HomeFile, homeParser } from "../../../relay-side/homes/home.ts";
import type { JoinedKey } from "../../../relay-side/homes/invited.ts";
import {
	createHomesKeeper,
	type RegistryChange,
	type StoredRegistry,
} from "../../../relay-side/homes/keeper.ts";
import { type Files, removalDelay } from "../../../relay-side/homes/registry.ts";
import { Health } from "../../../shared/health.ts";
import { fileOf, homeOf, keyOf, rules } from "./examples.ts";

const log = pino({ level: "silent" });
const parse = homeParser(rules);

const invitedText = `invitation = "invite00"\naddresses = ["10.86.0.2"]\ndomains = ["example.org"]\n`;
const key: JoinedKey = {
	publicKey: keyOf(7),
	presharedKeyFile: "/var/lib/heimweg-relay/invites/invite00.preshared",
};

/** The directory with these files in it. */
function files(texts: Record<string, string>): Files {
	const homes = new Map<string, HomeFile>();
	for (const [id, text] of Object.entries(texts)) homes.set(id, parse(`${id}.toml`, text));
	return { readable: true, directory: "/homes.d", homes };
}

async function start(saved?: StoredRegistry) {
	const health = new Health(log);
	const changes: RegistryChange[] = [];
	const invitations = new Map<string, JoinedKey | "open">();
	const disk = { saved };
	const clock = { now: 0 };
	const keeper = await createHomesKeeper({
		state: {
			read: async () => disk.saved,
			write: async (value) => {
				disk.saved = structuredClone(value);
			},
		},
		...{ rules, health, log, now: () => clock.now },
		joined: ({ id, invitation }) => invitations.get(`${id} ${invitation}`),
		onChange: (change) => changes.push(change),
	});
	return { keeper, health, changes, invitations, disk, clock };
}

test("a file that names an invitation is read, and one with a key beside it, or without either, is wrong", () => {
	const file = parse("anna.toml", invitedText);
	expect(file).toMatchObject({ invited: { id: "anna", invitation: "invite00", domains: ["example.org"] } });
	const wrong = (text: string) => {
		const read = parse("anna.toml", text);
		return "problems" in read ? read.problems.join("\n") : "";
	};
	expect(wrong(`public_key = "${keyOf(5)}"\n${invitedText}`)).toContain("an invitation or a key, got both");
	expect(wrong(`preshared_key_file = "/k"\n${invitedText}`)).toContain("preshared_key_file: ");
	expect(wrong(invitedText.replace("invite00", "../../x"))).toContain("anna.toml: invitation: ");
	expect(wrong(`addresses = ["10.86.0.2"]\ndomains = []`)).toContain(
		"public_key: expected the home's public key",
	);
});

test("mail for an invited home waits until it joins, and then takes its way; nothing of it is refused between", async () => {
	const { keeper, changes, invitations } = await start();
	invitations.set("anna invite00", "open");
	keeper.update(files({ anna: invitedText }));
	expect([keeper.registry.homes.size, [...keeper.registry.deferred]]).toEqual([0, ["example.org"]]);
	expect([...changes.at(-1)!.changedHomes]).toEqual(["anna"]);
	expect([...changes.at(-1)!.changedDomains]).toEqual(["example.org"]);
	invitations.set("anna invite00", key);
	keeper.review();
	expect(keeper.registry.homes.get("anna")).toMatchObject({ ...key, invitation: "invite00" });
	expect([keeper.registry.deferred.size, keeper.registry.invited.size]).toEqual([0, 0]);
	const count = changes.length;
	keeper.review();
	expect(changes).toHaveLength(count);
	await keeper.stop();
});

test("a newer code in the file ends the key that came by the one before at once, and mail waits again", async () => {
	const { keeper, changes, invitations, clock } = await start();
	invitations.set("anna invite00", key);
	keeper.update(files({ anna: invitedText, bert: fileOf(homeOf("bert", 9)) }));
	invitations.set("anna newer000", "open");
	keeper.update(
		files({ anna: invitedText.replace("invite00", "newer000"), bert: fileOf(homeOf("bert", 9)) }),
	);
	expect([...keeper.registry.homes.keys()]).toEqual(["bert"]);
	expect([...keeper.registry.deferred]).toEqual(["example.org"]);
	// Another code still: who has to follow it is told, although no domain changes its way.
	invitations.set("anna third000", "open");
	keeper.update(
		files({ anna: invitedText.replace("invite00", "third000"), bert: fileOf(homeOf("bert", 9)) }),
	);
	expect([...changes.at(-1)!.changedHomes]).toEqual(["anna"]);
	keeper.update(files({ bert: fileOf(homeOf("bert", 9)) }));
	clock.now += removalDelay;
	keeper.review();
	expect(keeper.registry.deferred.size).toBe(0);
	await keeper.stop();
});

test("an invitation that is lost leaves a home that joined as it was; one that did not join has its mail wait", async () => {
	const before = await start();
	before.invitations.set("anna invite00", key);
	before.keeper.update(files({ anna: invitedText }));
	await before.keeper.stop();
	const after = await start(before.disk.saved);
	const bert = invitedText
		.replace("invite00", "invite11")
		.replace("10.86.0.2", "10.86.0.3")
		.replace("org", "net");
	after.keeper.update(
		files({ anna: invitedText.replace('["example.org"]', '["example.org", "more.example"]'), bert }),
	);
	expect(after.keeper.registry.homes.get("anna")).toMatchObject({
		...key,
		domains: ["example.org", "more.example"],
	});
	expect([...after.keeper.registry.deferred]).toEqual(["example.net"]);
	for (const id of ["anna", "bert"]) expect(after.health.has(homeUninvited, id)).toBe(true);
	after.invitations.set("anna invite00", key);
	after.keeper.review();
	expect(after.health.has(homeUninvited, "anna")).toBe(false);
	await after.keeper.stop();
});

test("an invitation is one home's: another file that names it gets no key by it", async () => {
	const { keeper, health, invitations } = await start();
	invitations.set("anna invite00", key);
	keeper.update(files({ bert: invitedText }));
	expect(keeper.registry.homes.size).toBe(0);
	expect(health.has(homeUninvited, "bert")).toBe(true);
	await keeper.stop();
});

test("a domain that another home is served is not taken from it by an invitation", async () => {
	const { keeper, invitations } = await start();
	const bert = homeOf("bert", 9, { domains: ["example.org"] });
	keeper.update(files({ bert: fileOf(bert) }));
	invitations.set("anna invite00", "open");
	keeper.update(files({ bert: fileOf(bert), anna: invitedText }));
	expect(keeper.registry.deferred.size).toBe(0);
	invitations.set("anna invite00", key);
	keeper.review();
	expect([...keeper.registry.homes.keys()]).toEqual(["bert"]);
	await keeper.stop();
});

test("a file that an owner's slip made wrong refuses no mail of an invited home, nor does a restart with it", async () => {
	const { keeper, invitations, disk } = await start();
	invitations.set("anna invite00", "open");
	keeper.update(files({ anna: invitedText }));
	const wrong = files({ anna: invitedText.replace("domains", "domain s") });
	keeper.update(wrong);
	expect([...keeper.registry.deferred]).toEqual(["example.org"]);
	expect(keeper.registry.invited.get("anna")?.invitation).toBe("invite00");
	await keeper.stop();
	const after = await start(disk.saved);
	after.invitations.set("anna invite00", "open");
	after.keeper.update(wrong);
	expect([...after.keeper.registry.deferred]).toEqual(["example.org"]);
	after.keeper.update(files({}));
	expect([...after.keeper.registry.deferred]).toEqual([]);
	await after.keeper.stop();
});
