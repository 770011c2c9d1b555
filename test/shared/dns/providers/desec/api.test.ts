import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	createDesecApi,
	type DesecApi,
	type DesecApiOptions,
	inPieces,
} from "../../../../../shared/dns/providers/desec/api.ts";
import { createBudget } from "../../../../../shared/dns/providers/desec/budget.ts";
import type { DesecError } from "../../../../../shared/dns/providers/desec/error.ts";
import { describeLate } from "../../../../../shared/dns/providers/desec/failure.ts";
import { TOKEN } from "../../../../desec/asking.ts";
import type { Fault } from "../../../../desec/faults.ts";
import { onlyThese } from "../../../../desec/policies.ts";
import { type StandIn, startStandIn } from "../../../../desec/stand-in.ts";

const MAIL = { subname: "mail", type: "A", ttl: 3600, records: ["198.51.100.7"] };
const CHANGE = { subname: "mail", type: "A", records: ["198.51.100.8"] };
let standIn: StandIn;
let api: DesecApi;

beforeEach(async () => {
	standIn = await startStandIn({
		domains: [{ name: "example.org", rrsets: [MAIL, { ...MAIL, subname: "" }] }, { name: "sub.example.org" }],
		tokens: [{ secret: TOKEN }],
	});
	api = connect();
});
afterEach(() => standIn.stop());

function connect(options: Partial<DesecApiOptions> = {}): DesecApi {
	return createDesecApi({
		baseUrl: standIn.url,
		token: async () => TOKEN,
		budget: createBudget(),
		userAgent: "heimweg/0.0.0",
		timeout: 5000,
		...options,
	});
}

/** The error of a call, which must not give the token away wherever one looks. */
async function failure(call: Promise<unknown>): Promise<DesecError> {
	const error = await call.then(
		() => undefined,
		(reason: DesecError) => reason,
	);
	expect(error, "the call was to fail").toBeDefined();
	expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(TOKEN);
	return error!;
}

/** The error that a bulk change meets under a fault. */
async function failureUnder(fault: Fault, options: Partial<DesecApiOptions> = {}): Promise<DesecError> {
	await standIn.faults.set(fault);
	return failure(connect(options).patch("example.org", [CHANGE]));
}

const records = () => standIn.rrsets("example.org").find((rrset) => rrset.subname === "mail")?.records;

describe("what it reads and writes", () => {
	test("the zone of a name is the longest that the account has", async () => {
		expect(await api.zoneOf("mail.example.org")).toMatchObject({ name: "example.org", minimumTtl: 3600 });
		expect((await api.zoneOf("mail.sub.example.org")).name).toBe("sub.example.org");
		expect(await failure(api.zoneOf("mail.example.com"))).toMatchObject({ kind: "not-found" });
	});

	test("a zone brings its DS records", async () => {
		const key = {
			dnskey: "257 3 13 abcd",
			ds: ["1 13 2 ab", "1 13 4 cd"],
			flags: 257,
			keytype: "csk",
			managed: true,
		};
		const signed = await startStandIn({
			domains: [{ name: "example.net", keys: [key] }],
			tokens: [{ secret: TOKEN }],
		});
		expect((await connect({ baseUrl: signed.url }).zone("example.net")).ds).toEqual(key.ds);
		await signed.stop();
	});

	test("RRsets come by subname and type, the apex being the empty subname", async () => {
		expect(await api.rrsets("example.org", { subname: "", type: "A" })).toEqual([{ ...MAIL, subname: "" }]);
		expect(await api.rrsets("example.org")).toHaveLength(2);
	});

	test("a zone of several pages is read whole", async () => {
		const rrsets = Array.from({ length: 1050 }, (_, index) => ({ ...MAIL, subname: `host${index}` }));
		const large = await startStandIn({
			domains: [{ name: "example.org", rrsets }],
			tokens: [{ secret: TOKEN }],
		});
		expect(await connect({ baseUrl: large.url }).rrsets("example.org")).toHaveLength(1050);
		expect(large.requests).toHaveLength(3);
		await large.stop();
	});

	test("changes go in one request, keep the TTL, and come back as they are kept", async () => {
		await standIn.edit("example.org", { ...MAIL, ttl: 60 });
		const written = await api.patch("example.org", [CHANGE, { subname: "", type: "A", records: [] }]);
		expect(written).toEqual([{ ...CHANGE, ttl: 60 }]);
		expect(standIn.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
			"PATCH /api/v1/domains/example.org/rrsets/",
		]);
	});

	test("no change is no request", async () => {
		expect(await api.patch("example.org", [])).toEqual([]);
		expect(standIn.requests).toEqual([]);
	});

	test("each request has a connection of its own and says who asks", async () => {
		for (let count = 0; count < 3; count++) await api.zone("example.org");
		expect(new Set(standIn.requests.map((request) => request.fromPort)).size).toBe(3);
		expect(standIn.requests[0]?.userAgent).toBe("heimweg/0.0.0");
	});
});

describe("what deSEC refuses", () => {
	test("a token that it does not know", async () => {
		standIn.revokeToken(TOKEN);
		expect(await failure(api.patch("example.org", [CHANGE]))).toMatchObject({
			kind: "unauthorized",
			message:
				"deSEC: wanted to change mail A of example.org, but the token was refused: it is unknown or has expired (401: Invalid token.)",
			remedy: expect.stringContaining("dns.token_file"),
		});
	});

	test("a token that has expired, and an account that is locked, each in words of its own", async () => {
		standIn.addToken({ secret: TOKEN, expired: true });
		const expired = await failure(api.patch("example.org", [CHANGE]));
		expect(expired.message).toContain("unknown or has expired");
		standIn.addToken({ secret: TOKEN });
		standIn.lock("owner", true);
		const locked = await failure(api.patch("example.org", [CHANGE]));
		expect(locked).toMatchObject({
			kind: "unauthorized",
			remedy: expect.stringContaining("support@desec.io"),
		});
		expect(locked.message).toContain("but the account is locked (401: User inactive or deleted.)");
		standIn.lock("owner", false);
		expect(await api.patch("example.org", [CHANGE])).toHaveLength(1);
	});

	test("a file that holds no token is never sent", async () => {
		for (const secret of ["", "two\nlines", "short"]) {
			const error = await failure(connect({ token: async () => secret }).zone("example.org"));
			expect(error).toMatchObject({ kind: "unauthorized", reached: false });
		}
		expect(standIn.requests).toEqual([]);
	});

	test("an RRset that the token may not write, saying which to allow", async () => {
		standIn.revokeToken(TOKEN);
		standIn.addToken({ secret: TOKEN, policies: onlyThese([]) });
		const error = await failure(api.patch("example.org", [CHANGE, { ...CHANGE, subname: "" }]));
		expect(error).toMatchObject({ kind: "forbidden", remedy: expect.stringContaining("mail A, @ A") });
	});

	test("somebody else's domain", async () => {
		expect(await failure(api.rrsets("example.com"))).toMatchObject({ kind: "not-found" });
	});

	test("a change against its rules, saying which RRset and why", async () => {
		const error = await failure(api.patch("example.org", [CHANGE, { ...MAIL, subname: "www", ttl: 60 }]));
		expect(error).toMatchObject({
			kind: "rejected",
			items: [
				{
					subname: "www",
					type: "A",
					reasons: ["ttl: Ensure this value is greater than or equal to 3600."],
					absent: false,
				},
			],
			message: expect.stringContaining("(400: www A: ttl: Ensure this value"),
		});
		expect(records()).toEqual(MAIL.records);
	});

	test("a change of an RRset that somebody deleted, saying that it is gone", async () => {
		await standIn.edit("example.org", { ...MAIL, records: [] });
		const error = await failure(api.patch("example.org", [CHANGE, { ...CHANGE, subname: "" }]));
		expect(error).toMatchObject({ kind: "rejected", items: [{ subname: "mail", type: "A", absent: true }] });
	});

	test.each([409, 429] as const)("a change at the same time as another (%s)", async (code) => {
		expect(await failureUnder({ kind: "conflict", code })).toMatchObject({
			kind: "conflict",
			retryAfter: undefined,
		});
	});
});

describe("too many requests", () => {
	test("the wait is what the header says", async () => {
		const error = await failureUnder({ kind: "status", code: 429, retryAfter: 37 });
		expect(error).toMatchObject({ kind: "throttled", retryAfter: 37_000 });
	});

	test("or what the text says, or a minute", async () => {
		const detail = "Request was throttled. Expected available in 12 seconds.";
		expect(await failureUnder({ kind: "status", code: 429, detail })).toMatchObject({ retryAfter: 12_000 });
		expect(await failureUnder({ kind: "status", code: 429, detail: "slow down" })).toMatchObject({
			kind: "throttled",
			retryAfter: 60_000,
		});
	});

	test("nothing more is sent in that time", async () => {
		await standIn.faults.set({ kind: "status", code: 429, retryAfter: 37, times: 1 });
		await failure(api.patch("example.org", [CHANGE]));
		const error = await failure(api.patch("example.org", [CHANGE]));
		expect(error.kind).toBe("throttled");
		expect(error.retryAfter).toBeGreaterThan(30_000);
		expect(standIn.requests).toHaveLength(1);
		expect(await api.rrsets("example.org")).toHaveLength(2);
	});
});

describe("trouble", () => {
	test.each<[Fault, string]>([
		[{ kind: "status", code: 500 }, "(500: Internal Server Error. We're on it!)"],
		[{ kind: "maintenance", retryAfter: 300 }, "(503: a web page)"],
		[{ kind: "status", code: 502 }, "deSEC has trouble"],
	])("at deSEC is unavailable: %o", async (fault, text) => {
		expect(await failureUnder(fault)).toMatchObject({
			kind: "unavailable",
			message: expect.stringContaining(text),
		});
	});

	test("a maintenance that says how long is waited for", async () => {
		const error = await failureUnder({ kind: "maintenance", retryAfter: 300 });
		expect(error.retryAfter).toBe(300_000);
	});

	test.each<[Fault, string]>([
		[{ kind: "html" }, "a web page"],
		[{ kind: "malformed" }, "whole JSON"],
		[{ kind: "body", text: '{"surprise": true}' }, "expected array"],
		[{ kind: "body", text: '[{"subname":"mail","type":"A","ttl":"60","records":[]}]' }, "0.ttl"],
		[{ kind: "tls" }, "it is not HTTP"],
		[{ kind: "huge" }, "larger than 2 MiB"],
		[{ kind: "endless" }, "larger than 2 MiB"],
	])("an answer that is not deSEC's is malformed: %o", async (fault, text) => {
		expect(await failureUnder(fault)).toMatchObject({
			kind: "malformed",
			message: expect.stringContaining(text),
		});
	});

	test.each<[Fault, string]>([
		[{ kind: "half" }, "the answer was cut short"],
		[{ kind: "silence" }, "nothing whole within 0.3 s"],
		[{ kind: "slow", ms: 20_000 }, "nothing whole within 0.3 s"],
	])("an answer that does not come is unreachable, and may have taken effect: %o", async (fault, text) => {
		expect(await failureUnder(fault, { timeout: 300 })).toMatchObject({
			kind: "unreachable",
			reached: true,
			message: expect.stringContaining(text),
		});
	});

	test("when the time is up, it is told whether a name, a connection or an answer was waited for", () => {
		const late = (["name", "connection", "answer"] as const).map((at) => describeLate(at, 10_000));
		expect(late.map(({ why }) => why)).toEqual([
			"its name cannot be resolved within 10 s",
			"no connection within 10 s",
			"nothing whole within 10 s",
		]);
		expect(late.map(({ remedy }) => remedy.includes("resolver"))).toEqual([true, false, false]);
	});

	test("a connection that never stands is unreachable, took no effect, and costs no budget", async () => {
		const budget = createBudget();
		expect(await failureUnder({ kind: "refused" }, { budget })).toMatchObject({
			kind: "unreachable",
			reached: false,
			message: expect.stringMatching(/connection refused$/),
		});
		const unknown = connect({ budget, baseUrl: "http://desec.invalid/api/v1" });
		expect(await failure(unknown.zone("example.org"))).toMatchObject({ kind: "unreachable", reached: false });
		expect(Object.values(budget.state().taken).flat()).toEqual([]);
	});

	test("a stop ends the request with its own reason", async () => {
		await standIn.faults.set({ kind: "silence" });
		const stop = new AbortController();
		const call = expect(api.patch("example.org", [CHANGE], stop.signal)).rejects.toThrow("stopping");
		await expect.poll(() => standIn.requests.length).toBe(1);
		stop.abort(new Error("stopping"));
		await call;
	});

	test("everything works again afterwards", async () => {
		await failureUnder({ kind: "refused" });
		await standIn.faults.clear();
		await api.patch("example.org", [CHANGE]);
		expect(records()).toEqual(CHANGE.records);
	});
});

describe("TLS", () => {
	test("something that does not speak it is unreachable", async () => {
		const baseUrl = standIn.url.replace("http:", "https:");
		expect(await failure(connect({ baseUrl }).zone("example.org"))).toMatchObject({
			kind: "unreachable",
			reached: false,
			message: expect.stringContaining("no trustworthy TLS connection"),
		});
	});

	test("a certificate that nobody vouches for gets no token", async () => {
		const folder = mkdtempSync(join(tmpdir(), "heimweg-test-"));
		try {
			const [key, cert] = [join(folder, "key"), join(folder, "cert")];
			const subject = ["-subj", "/CN=desec.io", "-addext", "subjectAltName=IP:127.0.0.1"];
			const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
			execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert, ...subject], {
				stdio: "ignore",
			});
			const tls = { key: readFileSync(key), cert: readFileSync(cert) };
			const secure = await startStandIn({ domains: [], tokens: [{ secret: TOKEN }], tls });
			const error = await failure(connect({ baseUrl: secure.url }).zone("example.org"));
			expect(error).toMatchObject({
				kind: "unreachable",
				reached: false,
				message: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT"),
				remedy: expect.stringContaining("clock"),
			});
			expect(secure.requests).toEqual([]);
			await secure.stop();
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});

test("a token that comes back in an answer is not passed on", async () => {
	const error = await failureUnder({ kind: "status", code: 403, detail: `no right for ${TOKEN}` });
	expect(error.message).toContain("no right for ***");
});

test("changes that are too large for one request go in several, each below what the front takes", () => {
	const change = (at: number) => ({
		subname: `host${at}`,
		type: "TXT",
		ttl: 3600,
		records: ["x".repeat(500)],
	});
	const changes = Array.from({ length: 4_000 }, (_, at) => change(at));
	const pieces = inPieces(changes);
	expect(pieces.flat()).toEqual(changes);
	expect(pieces.length).toBeGreaterThan(2);
	for (const piece of pieces) expect(JSON.stringify(piece).length).toBeLessThan(1_000_000);
	expect(inPieces([])).toEqual([]);
	expect(inPieces(changes.slice(0, 3))).toHaveLength(1);
});
