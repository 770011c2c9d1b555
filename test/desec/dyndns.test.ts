import { afterEach, beforeEach, expect, test } from "vitest";
import { ask, TOKEN, update } from "./asking.ts";
import { onlyThese } from "./policies.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

const rrset = (subname: string, type: string, record: string, ttl = 3600) => ({
	subname,
	type,
	ttl,
	records: [record],
});
let standIn: StandIn;
let now = 1_800_000_000_000;

beforeEach(async () => {
	standIn = await startStandIn({
		domains: [
			{
				name: "example.org",
				rrsets: [rrset("mail", "A", "198.51.100.7"), rrset("mail", "AAAA", "2001:db8::7")],
			},
			{ name: "example.net" },
		],
		tokens: [{ secret: TOKEN }],
		clock: () => now,
	});
});
afterEach(() => standIn.stop());

const shown = () =>
	standIn
		.rrsets("example.org")
		.map(({ subname, type, ttl, records }) => `${subname} ${type} ${ttl} ${records.join(",")}`)
		.sort();

test("writes TTL 60 under any minimum, and adopts what has another TTL", async () => {
	const query = "hostname=mail.example.org,example.org&myipv4=198.51.100.8&myipv6=2001:DB8:0::8";
	expect(await update(standIn, query)).toMatchObject({ status: 200, body: "good" });
	expect(shown()).toEqual([
		" A 60 198.51.100.8",
		" AAAA 60 2001:db8::8",
		"mail A 60 198.51.100.8",
		"mail AAAA 60 2001:db8::8",
	]);
});

test("preserve leaves a family alone, empty deletes it", async () => {
	await update(standIn, "hostname=mail.example.org&myipv4=198.51.100.8&myipv6=preserve");
	expect(shown()).toEqual(["mail A 60 198.51.100.8", "mail AAAA 3600 2001:db8::7"]);
	await update(standIn, "hostname=mail.example.org&myipv4=preserve&myipv6=");
	expect(shown()).toEqual(["mail A 60 198.51.100.8"]);
});

test("a family without a parameter is set from the connection, or deleted", async () => {
	await update(standIn, "hostname=mail.example.org");
	expect(shown()).toEqual(["mail A 60 127.0.0.1"]);
});

test("names can have addresses of their own", async () => {
	const query =
		"hostname=mail.example.org&myipv4=198.51.100.8&myipv6=preserve&myipv4:www.example.org=198.51.100.9&myipv6:mail.example.org=2001:db8::9";
	expect((await update(standIn, query)).body).toBe("good");
	expect(shown()).toEqual(["mail A 60 198.51.100.8", "mail AAAA 60 2001:db8::9", "www A 60 198.51.100.9"]);
});

test("all names change or none", async () => {
	await standIn.edit("example.org", rrset("alias", "CNAME", "example.net."));
	const before = shown();
	const query = "hostname=mail.example.org,alias.example.org&myipv4=198.51.100.8&myipv6=preserve";
	const answer = await update(standIn, query);
	expect(answer.status).toBe(400);
	expect(answer.body).toContain("conflicting type present");
	expect(shown()).toEqual(before);
});

test("names of two domains, or of nobody's, are refused", async () => {
	const both = await update(standIn, "hostname=mail.example.org,www.example.net&myipv4=198.51.100.8");
	expect(both).toMatchObject({
		status: 400,
		body: "Cannot update subdomains from more than one domain.",
	});
	expect(await update(standIn, "hostname=mail.example.com")).toMatchObject({ status: 404, body: "nohost" });
});

test("an address with preserve beside it, or a broken one, is refused", async () => {
	const mixed = await update(
		standIn,
		"hostname=mail.example.org&myipv4=preserve&myipv6=preserve,2001:db8::1",
	);
	expect(mixed.status).toBe(400);
	const broken = await update(standIn, "hostname=mail.example.org&myipv4=198.51.100.400&myipv6=preserve");
	expect(broken.status).toBe(400);
	expect(broken.body).toContain("malformed");
});

test("two updates of a domain in two minutes, then 429 in plain text", async () => {
	const query = "hostname=mail.example.org&myipv4=preserve&myipv6=preserve";
	expect((await update(standIn, query)).status).toBe(200);
	now += 20_000;
	expect((await update(standIn, query)).status).toBe(200);
	const third = await update(standIn, query);
	expect(third.headers.get("retry-after")).toBe("100");
	expect(third.body).toBe("Request was throttled. Expected available in 100 seconds.");
	expect((await update(standIn, "hostname=www.example.net&myipv4=preserve&myipv6=preserve")).status).toBe(
		200,
	);
	expect((await ask(standIn, "PATCH", "domains/example.org/rrsets/", [])).status).toBe(200);
});

test("a restricted token needs the permission for what it deletes, and none for preserve", async () => {
	const policies = onlyThese([{ domain: "example.org", subname: "mail", type: "A" }]);
	standIn.addToken({ secret: "small", policies });
	const deleting = await update(standIn, "hostname=mail.example.org&myipv4=198.51.100.8&myipv6=", "small");
	expect(deleting).toMatchObject({ status: 403, body: "Insufficient token permissions." });
	const mine = await update(
		standIn,
		"hostname=mail.example.org&myipv4=198.51.100.8&myipv6=preserve",
		"small",
	);
	expect(mine.status).toBe(200);
});

test("the token comes as header, as Basic password with one of our names, or in the query", async () => {
	const get = (user: string, secret: string) =>
		fetch(`${standIn.updateUrl}?myipv4=preserve&myipv6=preserve`, {
			headers: { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` },
		});
	expect((await get("mail.example.org", TOKEN)).status).toBe(200);
	expect((await get("mail.example.com", TOKEN)).status).toBe(401);
	expect(await (await get("mail.example.org", "wrong")).text()).toBe("badauth");
	const query = `username=mail.example.org&password=${TOKEN}&myipv4=preserve&myipv6=preserve`;
	expect((await fetch(`${standIn.updateUrl}?${query}`)).status).toBe(200);
	expect((await fetch(standIn.updateUrl)).status).toBe(401);
	expect(JSON.stringify(standIn.requests)).not.toContain(TOKEN);
});
