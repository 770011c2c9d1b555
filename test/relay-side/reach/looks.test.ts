import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { look, verdictOf } from "../../../relay-side/reach/connect.ts";
import { createLooks } from "../../../relay-side/reach/looks.ts";
import { portsOf, targetsOf } from "../../../relay-side/reach/targets.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";
import { reachReportSchema } from "../../../shared/protocol/reach.ts";
import { MINUTE } from "../../../shared/time.ts";

const loopback = parseAddress("127.0.0.1");
const servers: Server[] = [];
afterEach(() => {
	for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
	servers.push(server);
	await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
	return (server.address() as AddressInfo).port;
}

function tlsServer(): Server {
	const folder = mkdtempSync(join(tmpdir(), "reach-"));
	const [key, cert] = [join(folder, "key"), join(folder, "cert")];
	const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail.example";
	execFileSync("openssl", [...words.split(" "), "-keyout", key, "-out", cert], { stdio: "ignore" });
	const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
		socket.on("error", () => {});
	});
	rmSync(folder, { recursive: true });
	return server;
}

const around = {
	endpoint: parseAddress("8.8.4.4"),
	own: new Set([parseAddress("9.9.9.9"), parseAddress("2a01:4f8::1")]),
	nearNetworks: [parseCidr("2a01:4f8:1::/64")],
	others: new Set([parseAddress("1.1.1.1"), parseAddress("2a01:4f8::2")]),
	published: new Set(["2a01:4f8::1", "2a01:4f8:1::7", "2a01:4f8::2", "2a02::1", "2a02::2"].map(parseAddress)),
};

test.each([
	...["127.0.0.1", "10.0.0.1", "100.64.0.1", "169.254.169.254", "0.0.0.0", "::1", "fd00::1", "fe80::1"],
	...["9.9.9.9", "2a01:4f8::1", "2a01:4f8:1::7", "1.1.1.1", "2a01:4f8::2", "8.8.8.8"],
	...["64:ff9b::a00:1", "2002:a00:1::1", "::ffff:10.0.0.1"],
])("a home that names %s gets nothing connected there", (address) => {
	expect(targetsOf({ addresses: [parseAddress(address)] }, around)).toEqual([]);
});

test("a home is tried where WireGuard shows it, and at one IPv6 address of its own", () => {
	const addresses = ["8.8.4.4", "2a02::1", "2a02::2"].map(parseAddress);
	expect(targetsOf({ addresses }, around)).toEqual(["8.8.4.4", "2a02::1"]);
});

test("a thousand addresses are no report, and port 22 is never tried", () => {
	const addresses = Array.from({ length: 1000 }, (_, at) => `2a02::${at.toString(16)}`);
	expect(reachReportSchema.safeParse({ ports: [993], addresses }).success).toBe(false);
	expect(portsOf({ ports: [22, 993, 993, 8080] })).toEqual([993]);
});

test("the same key inside and outside is proof, another one is somebody else", async () => {
	const [ours, theirs] = [await listening(tlsServer()), await listening(tlsServer())];
	const seen = await look(loopback, ours, { tls: true });
	expect(seen.key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
	expect(verdictOf(await look(loopback, ours, { tls: true }), seen)).toBe("same_key");
	expect(verdictOf(await look(loopback, theirs, { tls: true }), seen)).toBe("other_key");
});

test("who answers without TLS, or says nothing at all, answers and proves nothing", async () => {
	const plain = await listening(createServer((socket) => socket.on("error", () => {}).end("220 hello\r\n")));
	expect(await look(loopback, plain, { tls: true })).toEqual({ answers: true });
	expect(await look(loopback, plain, { tls: false })).toEqual({ answers: true });
	const mute = await listening(createServer((socket) => socket.on("error", () => {})));
	expect(await look(loopback, mute, { tls: true, timeout: 100 })).toEqual({ answers: true });
});

test("a closed port is silent if the service runs, and says nothing if it does not", async () => {
	const server = createServer();
	const port = await listening(server);
	await new Promise((closed) => server.close(closed));
	const seen = await look(loopback, port);
	expect(verdictOf(seen, { answers: true })).toBe("silent");
	expect(verdictOf(seen, { answers: false })).toBe("unknown");
	expect(verdictOf({ answers: undefined }, { answers: true })).toBe("unknown");
});

test("a home is looked at once in ten minutes and family, however many addresses it names", async () => {
	let now = 0;
	const tried: string[] = [];
	const looks = createLooks({
		now: () => now,
		look: async (address) => {
			tried.push(address);
			return { answers: true };
		},
	});
	const ask = (home: string, target: string) =>
		looks.of({ home, inside: loopback, target: parseAddress(target), ports: [993], familyWell: true });
	for (let at = 1; at < 1000; at += 1) ask("anna", `2a02::${at.toString(16)}`);
	await turn();
	expect(tried).toEqual(["2a02::1"]);
	expect(ask("anna", "2a02::1")?.ports).toEqual([{ port: 993, verdict: "answers" }]);
	expect(ask("anna", "2a02::2")).toBeUndefined();
	now = 10 * MINUTE;
	ask("anna", "2a02::2");
	expect(tried).toEqual(["2a02::1", "2a02::2"]);
	for (let at = 0; at < 100; at += 1) ask(`home-${at}`, `2a03::${at.toString(16)}`);
	expect(tried.length).toBe(5);
});
