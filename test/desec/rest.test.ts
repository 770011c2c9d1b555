import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ask, TOKEN, update } from "./asking.ts";
import { onlyThese } from "./policies.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

const A = { subname: "mail", type: "A", ttl: 3600, records: ["198.51.100.7"] };
const RRSETS = "domains/example.org/rrsets/";
let standIn: StandIn;
let now = 1_800_000_000_000;

beforeEach(async () => {
	standIn = await startStandIn({
		domains: [
			{ name: "example.org", rrsets: [A] },
			{ name: "sub.example.org", minimumTtl: 60 },
			{ name: "example.com", account: "somebody else" },
		],
		tokens: [{ secret: TOKEN }],
		clock: () => now,
	});
});
afterEach(() => standIn.stop());

const stored = (subname: string, type: string) =>
	standIn.rrsets("example.org").find((rrset) => rrset.subname === subname && rrset.type === type);

describe("who may ask", () => {
	test("without a token, or with a wrong one, it is 401", async () => {
		const nobody = await fetch(`${standIn.url}/domains/`);
		expect(nobody.status).toBe(401);
		expect(nobody.headers.get("www-authenticate")).toBe("Token");
		const wrong = await ask(standIn, "GET", "domains/", undefined, "wrong");
		expect(wrong).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
	});

	test("a revoked token is 401, its replacement works", async () => {
		standIn.revokeToken(TOKEN);
		standIn.addToken({ secret: "new" });
		expect((await ask(standIn, "GET", "domains/")).status).toBe(401);
		expect((await ask(standIn, "GET", "domains/", undefined, "new")).status).toBe(200);
	});

	test("somebody else's domain does not exist", async () => {
		expect((await ask(standIn, "GET", "domains/example.com/")).status).toBe(404);
		expect((await ask(standIn, "GET", "domains/example.com/rrsets/")).status).toBe(404);
	});
});

describe("domains", () => {
	test("owns_qname finds the zone with the longest name", async () => {
		const zoneOf = async (name: string) =>
			((await ask(standIn, "GET", `domains/?owns_qname=${name}`)).body as { name: string }[]).map(
				(zone) => zone.name,
			);
		expect(await zoneOf("mail.example.org")).toEqual(["example.org"]);
		expect(await zoneOf("mail.sub.example.org")).toEqual(["sub.example.org"]);
		expect(await zoneOf("notexample.org")).toEqual([]);
	});

	test("one domain shows minimum TTL and keys, the list no keys", async () => {
		expect((await ask(standIn, "GET", "domains/sub.example.org/")).body).toMatchObject({
			minimum_ttl: 60,
			keys: [],
		});
		const [first] = (await ask(standIn, "GET", "domains/")).body as object[];
		expect(first).not.toHaveProperty("keys");
	});
});

describe("bulk changes", () => {
	test("PATCH without a TTL keeps the present one, even one below the minimum", async () => {
		await standIn.edit("example.org", { ...A, ttl: 60 });
		const answer = await ask(standIn, "PATCH", RRSETS, [
			{ subname: "mail", type: "A", records: ["198.51.100.8"] },
		]);
		expect(answer.status).toBe(200);
		expect(stored("mail", "A")).toMatchObject({ ttl: 60, records: ["198.51.100.8"] });
	});

	test("a TTL under the minimum or over a day is refused", async () => {
		const answer = await ask(standIn, "PATCH", RRSETS, [
			{ ...A, ttl: 60 },
			{ ...A, subname: "www", ttl: 86_401 },
		]);
		expect(answer).toMatchObject({
			status: 400,
			body: [
				{ ttl: ["Ensure this value is greater than or equal to 3600."] },
				{ ttl: ["Ensure this value is less than or equal to 86400."] },
			],
		});
	});

	test("one bad item refuses all of them, with an entry for each", async () => {
		const answer = await ask(standIn, "PATCH", RRSETS, [
			{ ...A, records: ["198.51.100.8"] },
			{ ...A, subname: "www", records: ["198.51.100.256"] },
		]);
		expect(answer.status).toBe(400);
		expect(answer.body).toEqual([
			{},
			{ non_field_errors: ["Record content for type A malformed: Text input is malformed."] },
		]);
		expect(stored("mail", "A")?.records).toEqual(["198.51.100.7"]);
	});

	test("creating needs a TTL and records; the apex is an empty subname, not @", async () => {
		const answer = await ask(standIn, "PATCH", RRSETS, [
			{ subname: "", type: "A" },
			{ ...A, subname: "@" },
		]);
		const [apex, at] = answer.body as Record<string, string[]>[];
		expect(apex).toEqual({ records: ["This field is required."], ttl: ["This field is required."] });
		expect(at?.subname?.[0]).toContain("Subname can only use");
	});

	test("no records deletes, also what is not there", async () => {
		const answer = await ask(standIn, "PATCH", RRSETS, [
			{ subname: "mail", type: "A", records: [] },
			{ subname: "none", type: "A", records: [] },
		]);
		expect(answer).toMatchObject({ status: 200, body: [] });
		expect(stored("mail", "A")).toBeUndefined();
	});

	test("a CNAME excludes other types, unless the same request deletes them", async () => {
		const cname = { subname: "mail", type: "CNAME", ttl: 3600, records: ["example.net."] };
		const refused = await ask(standIn, "PATCH", RRSETS, [cname]);
		expect(refused.body).toEqual([
			{
				non_field_errors: [expect.stringContaining("conflicting type present at same subname: database (A)")],
			},
		]);
		const swapped = await ask(standIn, "PATCH", RRSETS, [{ subname: "mail", type: "A", records: [] }, cname]);
		expect(swapped.status).toBe(200);
		expect(stored("mail", "CNAME")).toBeDefined();
	});

	test("the same RRset twice in one request is refused at both places", async () => {
		const answer = await ask(standIn, "PATCH", RRSETS, [A, A]);
		expect(answer.body).toEqual([
			{ non_field_errors: ["Same subname and type as in position(s) 1, but must be unique."] },
			{ non_field_errors: ["Same subname and type as in position(s) 0, but must be unique."] },
		]);
	});

	test("PUT wants every field, POST only what is new", async () => {
		expect((await ask(standIn, "PUT", RRSETS, [{ subname: "mail", type: "A" }])).status).toBe(400);
		expect((await ask(standIn, "POST", RRSETS, [A])).status).toBe(400);
		now += 1000;
		expect((await ask(standIn, "POST", RRSETS, { ...A, subname: "www" })).status).toBe(201);
		expect((await ask(standIn, "PUT", RRSETS, [{ ...A, records: ["198.51.100.9"] }])).status).toBe(200);
		expect(stored("mail", "A")?.records).toEqual(["198.51.100.9"]);
	});

	test("what cannot be published is kept and is 500, and the next change of the zone publishes both", async () => {
		const broken = await startStandIn({
			domains: [{ name: "example.org", rrsets: [A] }],
			tokens: [{ secret: TOKEN }],
			clock: () => now,
		});
		now += 1000;
		await broken.faults.set({ kind: "unpublished" });
		const answer = await ask(broken, "PATCH", RRSETS, [{ ...A, records: ["198.51.100.8"] }]);
		expect(answer.status).toBe(500);
		expect(broken.rrsets("example.org")[0]?.records).toEqual(["198.51.100.8"]);
		expect(broken.public("example.org")[0]?.records).toEqual(["198.51.100.7"]);
		await broken.faults.clear();
		expect((await ask(broken, "PATCH", RRSETS, [{ ...A, records: ["198.51.100.8"] }])).status).toBe(200);
		expect(broken.public("example.org")[0]?.records).toEqual(["198.51.100.7"]);
		const zone = async () =>
			(await ask(broken, "GET", "domains/example.org/")).body as Record<string, string>;
		const { touched, published } = await zone();
		expect(Date.parse(touched!)).toBeGreaterThan(Date.parse(published!));
		now += 2000;
		await ask(broken, "PATCH", RRSETS, [{ ...A, ttl: 7200, records: ["198.51.100.8"] }]);
		expect(broken.public("example.org")[0]).toMatchObject({ ttl: 7200, records: ["198.51.100.8"] });
		await broken.stop();
	});
});

describe("one RRset", () => {
	test("is read, changed and deleted under its own address; @ is the apex", async () => {
		const one = `${RRSETS}mail/A/`;
		expect((await ask(standIn, "GET", one)).body).toMatchObject({ ...A, name: "mail.example.org." });
		expect((await ask(standIn, "PATCH", one, { records: ["198.51.100.8"] })).status).toBe(200);
		expect((await ask(standIn, "DELETE", one)).status).toBe(204);
		now += 1000;
		expect((await ask(standIn, "DELETE", one)).status).toBe(204);
		expect((await ask(standIn, "GET", one)).status).toBe(404);
		await update(standIn, "hostname=example.org&myipv4=198.51.100.1&myipv6=preserve");
		expect((await ask(standIn, "GET", `${RRSETS}@/A/`)).body).toMatchObject({ subname: "", ttl: 60 });
	});
});

describe("reading many", () => {
	test("filters by subname and type", async () => {
		await standIn.edit("example.org", { ...A, subname: "www" });
		const found = await ask(standIn, "GET", `${RRSETS}?subname=www&type=A`);
		expect(found.body).toMatchObject([{ subname: "www" }]);
		expect((await ask(standIn, "GET", `${RRSETS}?type=SOA`)).status).toBe(403);
	});

	test("over 500 only page by page, along the Link header", async () => {
		const rrsets = Array.from({ length: 1100 }, (_, index) => ({ ...A, subname: `host${index}` }));
		const large = await startStandIn({
			domains: [{ name: "example.org", rrsets }],
			tokens: [{ secret: TOKEN }],
		});
		const whole = await ask(large, "GET", RRSETS);
		expect(whole).toMatchObject({
			status: 400,
			body: { detail: expect.stringContaining("Pagination required. You can query up to 500") },
		});
		let count = 0;
		let link = linkTo("first", whole.headers);
		while (link) {
			const page = await ask(large, "GET", link.slice(large.url.length + 1));
			count += (page.body as unknown[]).length;
			link = linkTo("next", page.headers);
		}
		expect(count).toBe(1100);
		await large.stop();
	});
});

function linkTo(relation: string, headers: Headers): string | undefined {
	return new RegExp(`<([^>]+)>; rel="${relation}"`).exec(headers.get("link") ?? "")?.[1];
}

describe("token policies", () => {
	const mine = { domain: "example.org", subname: "mail", type: "A" };

	test("a restricted token reads everything and writes only its own", async () => {
		standIn.addToken({ secret: "small", policies: onlyThese([mine]) });
		expect((await ask(standIn, "GET", RRSETS, undefined, "small")).status).toBe(200);
		const change = { subname: "mail", type: "A", records: ["198.51.100.8"] };
		expect((await ask(standIn, "PATCH", RRSETS, [change], "small")).status).toBe(200);
		const mixed = [change, { subname: "none", type: "AAAA", records: [] }];
		expect(await ask(standIn, "PATCH", RRSETS, mixed, "small")).toMatchObject({
			status: 403,
			body: { detail: "Insufficient token permissions." },
		});
	});

	test("the more specific policy wins", async () => {
		const policies = [
			{ domain: null, subname: null, type: null, write: true },
			{ ...mine, type: null, write: false },
			{ domain: null, subname: null, type: "A", write: true },
		];
		standIn.addToken({ secret: "other", policies });
		const refused = await ask(standIn, "PATCH", RRSETS, [A], "other");
		expect(refused.status).toBe(403);
		const allowed = await ask(standIn, "PATCH", RRSETS, [{ ...A, subname: "www" }], "other");
		expect(allowed.status).toBe(200);
	});
});

describe("limits", () => {
	test("a third write within a second waits for the first to be a second old", async () => {
		const write = () => ask(standIn, "PATCH", RRSETS, []);
		const statuses = [(await write()).status, (await write()).status];
		const third = await write();
		expect([...statuses, third.status]).toEqual([200, 200, 429]);
		expect(third.headers.get("retry-after")).toBe("1");
		expect(third.body).toEqual({ detail: "Request was throttled. Expected available in 1 second." });
		now += 1000;
		expect((await write()).status).toBe(200);
	});

	test("all windows hold at once, and other domains have their own", async () => {
		for (let count = 0; count < 15; count++) {
			expect((await ask(standIn, "PATCH", RRSETS, [])).status).toBe(200);
			now += 1000;
		}
		const sixteenth = await ask(standIn, "PATCH", RRSETS, []);
		expect(sixteenth.status).toBe(429);
		expect(sixteenth.headers.get("retry-after")).toBe("45");
		expect((await ask(standIn, "PATCH", "domains/sub.example.org/rrsets/", [])).status).toBe(200);
	});

	test("a refused request still counts for the account's day", async () => {
		const rates = {
			cheap: [{ count: 1, seconds: 1 }],
			expensive: [],
			dyndns: [],
			user: [{ count: 3, seconds: 86_400 }],
		};
		const strict = await startStandIn({ domains: [], tokens: [{ secret: TOKEN }], clock: () => now, rates });
		for (let count = 0; count < 3; count++) await ask(strict, "GET", "domains/");
		now += 60_000;
		const answer = await ask(strict, "GET", "domains/");
		expect(answer.headers.get("retry-after")).toBe(String(86_400 - 60));
		await strict.stop();
	});
});

test("the address check answers in plain text and refuses the fifth in a row", async () => {
	const statuses = [];
	for (let count = 0; count < 5; count++) {
		const answer = await fetch(standIn.checkIpUrl);
		if (count === 0) expect(await answer.text()).toBe("127.0.0.1");
		statuses.push(answer.status);
	}
	expect(statuses).toEqual([200, 200, 200, 200, 429]);
});

test("a body of more than 1 MB is refused by the web server, with a page of its own", async () => {
	const records = Array.from({ length: 20 }, (_, at) => `"${String(at).padStart(60_000, "x")}"`);
	const { status, body } = await ask(standIn, "PATCH", "domains/example.org/rrsets/", [
		{ subname: "big", type: "TXT", ttl: 3600, records },
	]);
	expect(status).toBe(413);
	expect(body).toContain("<h1>413");
});

test("the zone file has every record, and shares the budget of the writes", async () => {
	const path = "domains/example.org/zonefile/";
	const { status, body } = await ask(standIn, "GET", path);
	expect(status).toBe(200);
	expect(body).toContain("\tIN\t");
	await ask(standIn, "GET", path);
	expect((await ask(standIn, "GET", path)).status).toBe(429);
});

test("a token reads its own policies by its id, and no other's", async () => {
	const policies = [{ domain: null, subname: null, type: null, write: false }];
	standIn.addToken({ secret: "limited-token", id: "abc", policies });
	const own = await ask(standIn, "GET", "auth/tokens/abc/policies/rrsets/", undefined, "limited-token");
	expect(own.body).toMatchObject([{ domain: null, perm_write: false }]);
	const other = await ask(standIn, "GET", "auth/tokens/xyz/policies/rrsets/", undefined, "limited-token");
	expect(other.status).toBe(403);
});

test("errors have the shapes of the real ones: a bare list, by the record's place, or a web page", async () => {
	const change = (subname: string, type: string, ...records: string[]) =>
		ask(standIn, "PATCH", RRSETS, [{ subname, type, ttl: 3600, records }]);
	expect(await change("www", "CNAME", "a.example.", "b.example.")).toMatchObject({
		...{ status: 400, body: ["CNAME RRset cannot have multiple records."] },
	});
	now += 60_000;
	expect((await change("www", "TXT", '"a"', "")).body).toEqual([
		{ records: { 1: ["This field may not be blank."] } },
	]);
	now += 60_000;
	const large = Array.from({ length: 3 }, (_, at) => `"${String(at).padStart(25_000, "x")}"`);
	expect((await change("www", "TXT", ...large)).status).toBe(400);
	const page = async (path: string) => {
		const answer = await fetch(`${standIn.url}/${path}`, { redirect: "manual" });
		return `${answer.status} ${answer.headers.get("content-type")}`;
	};
	expect(await page("nothing/")).toBe("404 text/html");
	expect(await page("domains")).toBe("301 text/html");
	expect(() =>
		standIn.addToken({
			secret: "x",
			policies: [{ domain: "a.org", subname: null, type: null, write: true }],
		}),
	).toThrow("default");
});
