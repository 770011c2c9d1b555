import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseAddress } from "../../../../../shared/address.ts";
import { createDesecApi } from "../../../../../shared/dns/providers/desec/api.ts";
import { createBudget } from "../../../../../shared/dns/providers/desec/budget.ts";
import { type DynDnsUpdate, updateThroughDynDns } from "../../../../../shared/dns/providers/desec/dyndns.ts";
import type { DesecError } from "../../../../../shared/dns/providers/desec/error.ts";
import { TOKEN } from "../../../../desec/asking.ts";
import type { Fault } from "../../../../desec/faults.ts";
import { onlyThese } from "../../../../desec/policies.ts";
import { type StandIn, startStandIn } from "../../../../desec/stand-in.ts";

const MAIL = { subname: "mail", type: "A", ttl: 3600, records: ["198.51.100.7"] };
const MAIL6 = { subname: "mail", type: "AAAA", ttl: 3600, records: ["2001:db8::7"] };
let standIn: StandIn;

beforeEach(async () => {
	standIn = await startStandIn({
		domains: [{ name: "example.org", rrsets: [MAIL, MAIL6] }],
		tokens: [{ secret: TOKEN }],
	});
});
afterEach(() => standIn.stop());

function update(options: Partial<DynDnsUpdate> = {}): Promise<void> {
	return updateThroughDynDns({
		updateUrl: standIn.updateUrl,
		token: async () => TOKEN,
		budget: createBudget(),
		userAgent: "heimweg/0.0.0",
		timeout: 2000,
		domain: "example.org",
		names: ["mail.example.org"],
		ipv4: parseAddress("198.51.100.8"),
		ipv6: "preserve",
		...options,
	});
}

async function failure(call: Promise<void>): Promise<DesecError> {
	const error = await call.then(
		() => undefined,
		(reason: DesecError) => reason,
	);
	expect(error, "the update was to fail").toBeDefined();
	expect(inspect(error, { depth: 10 })).not.toContain(TOKEN);
	return error!;
}

const shown = () =>
	standIn
		.rrsets("example.org")
		.map(({ subname, type, ttl, records }) => `${subname} ${type} ${ttl} ${records}`);

test("adopts and creates with TTL 60, and leaves the other family alone", async () => {
	await update({ names: ["mail.example.org", "example.org"] });
	expect(shown().sort()).toEqual([
		" A 60 198.51.100.8",
		"mail A 60 198.51.100.8",
		"mail AAAA 3600 2001:db8::7",
	]);
});

test("always names both families, so that deSEC guesses none", async () => {
	await update();
	expect(standIn.requests[0]?.url).toBe(
		"/update?hostname=mail.example.org&myipv4=198.51.100.8&myipv6=preserve",
	);
});

test("deletes a family when told so", async () => {
	await update({ ipv4: "preserve", ipv6: "" });
	expect(shown()).toEqual(["mail A 3600 198.51.100.7"]);
});

test("it keeps its distance from the request before, which the web server would refuse", async () => {
	const front = await startStandIn({
		domains: [{ name: "example.org" }],
		tokens: [{ secret: TOKEN }],
		front: true,
	});
	const access = { token: async () => TOKEN, budget: createBudget(), userAgent: "heimweg/0.0.0" };
	await createDesecApi({ ...access, baseUrl: front.url }).rrsets("example.org");
	await update({ ...access, updateUrl: front.updateUrl });
	expect(front.requests.map(({ traffic, status }) => `${traffic} ${status}`)).toEqual([
		"read 200",
		"dyndns 200",
	]);
	await front.stop();
});

test("what the web server refused is tried again after a second", async () => {
	let asked = 0;
	const front = await startStandIn({
		domains: [{ name: "example.org" }],
		tokens: [{ secret: TOKEN }],
		front: true,
		// The first two requests come in the same moment, however busy the machine is.
		clock: () => 1_000_000 + Math.max(0, asked - 2) * 1_000,
	});
	front.requests.push = (...entries) => {
		asked += entries.length;
		return Array.prototype.push.apply(front.requests, entries);
	};
	await fetch(front.url);
	const began = performance.now();
	await update({ updateUrl: front.updateUrl, timeout: 10_000 });
	expect(front.requests.map(({ status }) => status).slice(1)).toEqual([429, 200]);
	expect(performance.now() - began).toBeGreaterThanOrEqual(990);
	await front.stop();
});

test("no names are no request", async () => {
	await update({ names: [] });
	expect(standIn.requests).toEqual([]);
});

test("says what deSEC refuses", async () => {
	standIn.addToken({ secret: "restricted", policies: onlyThese([]) });
	expect(await failure(update({ token: async () => "unknown-token" }))).toMatchObject({
		kind: "unauthorized",
	});
	expect(await failure(update({ token: async () => "restricted" }))).toMatchObject({
		kind: "forbidden",
		remedy: expect.stringContaining("mail.example.org A"),
	});
	expect(await failure(update({ names: ["mail.example.com"] }))).toMatchObject({
		kind: "not-found",
		message: expect.stringContaining("nohost"),
	});
	await standIn.edit("example.org", {
		subname: "alias",
		type: "CNAME",
		ttl: 3600,
		records: ["example.net."],
	});
	expect(await failure(update({ names: ["alias.example.org"] }))).toMatchObject({
		kind: "rejected",
		message: expect.stringContaining("conflicting type present"),
	});
});

test("two updates in two minutes are all that is tried", async () => {
	const budget = createBudget();
	await update({ budget });
	await update({ budget });
	expect(await failure(update({ budget }))).toMatchObject({ kind: "throttled" });
	expect(standIn.requests).toHaveLength(2);
});

test("takes the wait from deSEC's plain text answer", async () => {
	await update();
	await update();
	const error = await failure(update());
	expect(error.kind).toBe("throttled");
	expect(error.retryAfter).toBeGreaterThan(100_000);
	expect(standIn.requests).toHaveLength(3);
});

test.each<[Fault, string]>([
	[{ kind: "html" }, "malformed"],
	[{ kind: "body", text: "" }, "malformed"],
	[{ kind: "body", text: "badauth" }, "unauthorized"],
	[{ kind: "body", text: "911" }, "unavailable"],
	[{ kind: "endless" }, "malformed"],
	[{ kind: "maintenance" }, "unavailable"],
	[{ kind: "half" }, "unreachable"],
	[{ kind: "silence" }, "unreachable"],
	[{ kind: "refused" }, "unreachable"],
	[{ kind: "conflict" }, "conflict"],
])("%o is %s", async (fault, kind) => {
	await standIn.faults.set(fault);
	expect(await failure(update({ timeout: 500 }))).toMatchObject({ kind });
});
