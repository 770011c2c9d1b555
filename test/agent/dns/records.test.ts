import { afterEach, expect, test } from "vitest";
import { parseAddress } from "../../../shared/address.ts";
import { TOKEN } from "../../desec/asking.ts";
import { onlyThese } from "../../desec/policies.ts";
import { aRRset, type RecordsScene, recordsScene } from "./records-scene.ts";

const name = "mail.example.org";
let scene: RecordsScene;
afterEach(() => scene.end());

/** A zone that has our A with our TTL, read once: as it is after the first run. */
async function settled(...others: ReturnType<typeof aRRset>[]): Promise<void> {
	scene = await recordsScene([name], {
		domains: [{ name: "example.org", rrsets: [aRRset("mail", ["198.51.100.7"]), ...others] }],
	});
	await scene.address("198.51.100.7");
	scene.requests();
}

test("creates what is missing through dynDNS with TTL 60, both families in one request", async () => {
	scene = await recordsScene([name, "example.org"]);
	await scene.address("198.51.100.7", "2001:db8::7");
	expect(scene.shown()).toEqual([
		"@ A 60 198.51.100.7",
		"@ AAAA 60 2001:db8::7",
		"mail A 60 198.51.100.7",
		"mail AAAA 60 2001:db8::7",
	]);
	expect(scene.requests().filter((one) => one !== "read")).toEqual(["dyndns"]);
	expect(scene.records().state()).toMatchObject({ inSync: true });
	expect(scene.watched.at(-1)).toContain(`${name} AAAA 2001:db8::7`);
});

test("adopts an RRset with another TTL, its address right or wrong, and leaves the unknown family alone", async () => {
	scene = await recordsScene([name], {
		domains: [
			{
				name: "example.org",
				rrsets: [aRRset("mail", ["203.0.113.1"], 3600), aRRset("mail", ["2001:db8::1"], 3600, "AAAA")],
			},
		],
	});
	await scene.address("198.51.100.7");
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7", "mail AAAA 3600 2001:db8::1"]);
});

test("a change is one PATCH, without a read before or after it", async () => {
	await settled();
	await scene.address("198.51.100.8");
	expect(scene.requests()).toEqual(["write"]);
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
	await scene.address("198.51.100.9");
	expect(scene.requests()).toEqual(["write"]);
	expect(scene.records().state().records).toEqual([{ name, type: "A", records: ["198.51.100.9"] }]);
});

test("nothing is asked and nothing written when nothing changed", async () => {
	await settled();
	await scene.run();
	await scene.run();
	expect(scene.requests()).toEqual([]);
});

test("a recheck repairs what somebody else changed", async () => {
	await settled();
	await scene.desec.edit("example.org", aRRset("mail", ["203.0.113.99"]));
	scene.records().recheck();
	await scene.records().duty.settled();
	expect(scene.requests()).toEqual(["read", "write"]);
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7"]);
});

test("an RRset that somebody deleted is made again through dynDNS when its PATCH finds nothing", async () => {
	await settled();
	await scene.desec.edit("example.org", aRRset("mail", []));
	await scene.address("198.51.100.8");
	expect(scene.requests()).toEqual(["write", "read", "dyndns", "read"]);
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
	expect(scene.trouble()).toBeUndefined();
});

test("an RRset that somebody made in the same moment is looked at anew, which is nobody's fault", async () => {
	await settled();
	await scene.desec.faults.set({ kind: "race", times: 1, on: "write" });
	await scene.address("198.51.100.8");
	expect(scene.requests()).toEqual(["write", "read", "write"]);
	await scene.desec.faults.set({ kind: "race", times: 1, on: "dyndns" });
	await scene.address("198.51.100.8", "2001:db8::7");
	expect(scene.requests()).toEqual(["dyndns", "read", "dyndns", "read"]);
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8", "mail AAAA 60 2001:db8::7"]);
	expect(scene.lines.join("\n")).not.toContain("rules");
});

test("never touches another type at its name, nor another name, whatever they hold", async () => {
	const foreign = [
		aRRset("mail", ['"v=spf1 -all"'], 3600, "TXT"),
		aRRset("", ["10 mail.example.org."], 3600, "MX"),
		aRRset("www", ["198.51.100.7"], 3600),
		aRRset("", ["198.51.100.7"], 3600),
	];
	await settled(...foreign);
	await scene.address("198.51.100.8", "2001:db8::7");
	expect(scene.shown()).toEqual(
		[
			'mail TXT 3600 "v=spf1 -all"',
			"@ MX 3600 10 mail.example.org.",
			"www A 3600 198.51.100.7",
			"@ A 3600 198.51.100.7",
			"mail A 60 198.51.100.8",
			"mail AAAA 60 2001:db8::7",
		].sort(),
	);
});

test("a CNAME at a name of ours is reported, never replaced, and holds up no other name", async () => {
	scene = await recordsScene([name, "imap.example.org"], {
		domains: [{ name: "example.org", rrsets: [aRRset("mail", ["other.example."], 3600, "CNAME")] }],
	});
	void scene.address("198.51.100.7");
	await expect
		.poll(() => scene.trouble())
		.toMatch(/mail\.example\.org cannot have an address, because .* CNAME/);
	expect(scene.shown()).toEqual(["imap A 60 198.51.100.7", "mail CNAME 3600 other.example."]);
	expect(scene.records().state().inSync).toBe(false);
	await scene.desec.edit("example.org", { ...aRRset("mail", []), type: "CNAME" });
	await scene.run();
	expect(scene.shown()).toEqual(["imap A 60 198.51.100.7", "mail A 60 198.51.100.7"]);
	expect(scene.trouble()).toBeUndefined();
});

test("a family that is gone for five minutes loses its RRset, not before, and gets it back", async () => {
	await settled(aRRset("mail", ["2001:db8::7"], 60, "AAAA"));
	await scene.address("198.51.100.7", "2001:db8::7");
	scene.gone(6, scene.time());
	scene.time(299_999);
	await scene.run();
	expect(scene.requests()).toEqual([]);
	scene.time(1);
	await scene.run();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7"]);
	expect(scene.requests()).toEqual(["write"]);
	scene.gone(6, undefined);
	await scene.address("198.51.100.7", "2001:db8::8");
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7", "mail AAAA 60 2001:db8::8"]);
});

test("a change is published at once also while probes say that the family may be gone", async () => {
	await settled(aRRset("mail", ["2001:db8::7"], 60, "AAAA"));
	scene.gone(6, scene.time());
	await scene.address("198.51.100.7", "2001:db8::8");
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7", "mail AAAA 60 2001:db8::8"]);
});

test("a family of which nothing is known keeps its RRset, for however long", async () => {
	await settled(aRRset("mail", ["2001:db8::7"], 60, "AAAA"));
	scene.time(24 * 3_600_000);
	await scene.address(undefined, undefined);
	scene.records().recheck();
	await scene.records().duty.settled();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.7", "mail AAAA 60 2001:db8::7"]);
});

test("several zones are kept, and a zone that is not ours holds up no other", async () => {
	scene = await recordsScene([name, "mail.example.net", "mail.example.com"], {
		domains: [
			{ name: "example.org", account: "somebody" },
			{ name: "example.net" },
			{ name: "example.com", rrsets: [aRRset("mail", ["203.0.113.1"])] },
		],
	});
	const first = scene.address("198.51.100.7");
	await expect.poll(() => scene.trouble()).toContain("no domain of the token's account holds it");
	expect([scene.shown("example.net"), scene.shown("example.com"), scene.shown("example.org")]).toEqual([
		["mail A 60 198.51.100.7"],
		["mail A 60 198.51.100.7"],
		[],
	]);
	scene.requests();
	void scene.address("198.51.100.8");
	await expect.poll(() => scene.shown("example.com")).toEqual(["mail A 60 198.51.100.8"]);
	await expect.poll(() => scene.shown("example.net")).toEqual(["mail A 60 198.51.100.8"]);
	expect(scene.requests(), "the name that is nobody's is not asked for again").toEqual(["write", "write"]);
	await scene.records().duty.stop();
	await first;
});

test.each<[string, () => Promise<void>, RegExp, string]>([
	["401", async () => scene.desec.revokeToken(TOKEN), /token was refused/, "write"],
	[
		"403",
		async () => scene.desec.addToken({ secret: TOKEN, policies: onlyThese([]) }),
		/token may not do that/,
		"write",
	],
	[
		"404",
		() => scene.desec.faults.set({ kind: "status", code: 404, on: "write" }),
		/no such domain or RRset/,
		"write",
	],
])(
	"%s is not hammered: news does not end the wait, which doubles up to five minutes",
	async (_, breaks, reason, last) => {
		await settled();
		await breaks();
		void scene.address("198.51.100.8");
		await expect.poll(() => scene.trouble()).toMatch(reason);
		expect(scene.requests()).toEqual(["write"]);
		for (const wait of [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
			for (const part of [0.2, 0.7]) {
				scene.time(part * wait);
				scene.poke();
				await new Promise((done) => setTimeout(done, 20));
				expect(scene.requests()).toEqual([]);
			}
			scene.time(0.2 * wait);
			const asked: string[] = [];
			const listen = () => {
				// The wait may have begun late: on a slow machine the clock goes on before the last answer is read.
				scene.time(0.02 * wait);
				scene.poke();
				asked.push(...scene.requests());
				return asked.at(-1);
			};
			await expect.poll(listen).toBe(last);
			expect(asked.length).toBeLessThan(3);
			await new Promise((done) => setTimeout(done, 50));
		}
		expect(scene.health.list()[0]?.remedy).toContain("systemctl restart heimweg");
	},
);

test("a token that was replaced in its file is used, and a missing file is reported", async () => {
	await settled();
	scene.desec.revokeToken(TOKEN);
	void scene.address("198.51.100.8");
	await expect.poll(() => scene.trouble()).toBeDefined();
	scene.desec.addToken({ secret: "another-token-that-is-good" });
	await scene.writeToken("another-token-that-is-good");
	scene.time(300_001);
	await scene.run();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
	expect(scene.trouble()).toBeUndefined();
	expect(scene.lines.join("\n")).not.toContain("another-token");
	await scene.writeToken("");
	void scene.address("198.51.100.9");
	await expect.poll(() => scene.trouble()).toContain("dns.token_file");
});

test("429 on every road waits as long as deSEC says, whatever happens; a restart tries again", async () => {
	await settled();
	await scene.desec.faults.set({ kind: "status", code: 429, retryAfter: 90, on: ["write", "dyndns"] });
	void scene.address("198.51.100.8");
	await expect.poll(() => scene.trouble()).toBeDefined();
	expect(scene.requests()).toEqual(["write", "dyndns"]);
	scene.time(80_000);
	scene.poke();
	await new Promise((done) => setTimeout(done, 30));
	expect(scene.requests()).toEqual([]);
	await scene.desec.faults.clear();
	await scene.restart();
	await scene.run();
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
	expect(scene.trouble()).toBeUndefined();
});

test("only our names are read, however large the zone is", async () => {
	const many = Array.from({ length: 3_000 }, (_, at) => aRRset(`host${at}`, ["203.0.113.1"], 3600));
	await settled(...many);
	scene.records().recheck();
	await scene.records().duty.settled();
	expect(scene.requests()).toEqual(["read"]);
	expect(scene.desec.requests.at(-1)).toMatchObject({ url: expect.stringContaining("subname=mail") });
});

test.each([
	["an error of deSEC's", { kind: "status", code: 500 }],
	["maintenance", { kind: "maintenance" }],
	["silence", { kind: "silence" }],
	["garbage", { kind: "malformed" }],
	["a web page", { kind: "html" }],
	["a flood", { kind: "endless" }],
	["an answer that is cut", { kind: "half" }],
	["a change at the same time", { kind: "conflict" }],
] as const)("after %s it is tried again until deSEC has what is true", async (_, fault) => {
	await settled();
	await scene.desec.faults.set({ ...fault, on: ["write", "read"] });
	const end = scene.address("198.51.100.8");
	await expect.poll(() => scene.trouble()).toBeDefined();
	expect(scene.records().state().inSync).toBe(false);
	await scene.desec.faults.clear();
	scene.time(60_000);
	scene.poke();
	await end;
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
	expect([scene.trouble(), scene.records().state().inSync]).toEqual([undefined, true]);
});

test("a change whose answer was lost is found by reading, and not made twice", async () => {
	await settled();
	await scene.desec.faults.set({ kind: "half", on: "write", times: 1 });
	const end = scene.address("198.51.100.8");
	await expect.poll(() => scene.trouble()).toBeDefined();
	scene.time(2_000);
	scene.poke();
	await end;
	expect(scene.requests()).toEqual(["write", "read"]);
	expect(scene.shown()).toEqual(["mail A 60 198.51.100.8"]);
});

test("somebody who writes the same records all the time is named, not fought for ever", async () => {
	await settled();
	scene.records().recheck();
	await scene.records().duty.settled();
	const stubborn = setInterval(() => void scene.desec.edit("example.org", aRRset("mail", [])), 1);
	try {
		void scene.address("198.51.100.8");
		await expect.poll(() => scene.trouble()).toBeDefined();
		expect(scene.requests().length).toBeLessThan(12);
	} finally {
		clearInterval(stubborn);
	}
});

test("what deSEC spells otherwise is no difference", async () => {
	await settled(aRRset("mail", ["2001:0DB8:0:0:0:0:0:7"], 60, "AAAA"));
	await scene.address("198.51.100.7", parseAddress("2001:db8:0::7"));
	scene.records().recheck();
	await scene.records().duty.settled();
	expect(scene.requests()).toEqual(["read"]);
});
