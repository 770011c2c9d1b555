import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer as createTcp, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, createServer, TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Shown, seeTls, tlsTroubleText } from "../../../shared/doctor/tls.ts";
import { matchesTlsa, readTlsa, tlsaFor } from "../../../shared/doctor/tlsa.ts";

let folder: string;
let pair: { key: Buffer; cert: Buffer };
let server: Server | undefined;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-tls-"));
	const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
	await promisify(execFile)("openssl", [
		...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"],
		...["-subj", "/O=Heimweg/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org"],
		...["-keyout", key, "-out", cert],
	]);
	pair = { key: await readFile(key), cert: await readFile(cert) };
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => void server?.close());

async function listening(made: Server): Promise<number> {
	server = made;
	await new Promise<void>((done) => made.listen(0, "127.0.0.1", done));
	return (made.address() as AddressInfo).port;
}
const see = (port: number, begins: "tls" | "smtp" | "imap") =>
	seeTls({ host: "127.0.0.1", port, name: "mail.example.org", begins });

/** A server that speaks in clear first: a greeting, then an answer to each line, and TLS after the last. */
const speaking = (...lines: string[]) =>
	createTcp((socket) => {
		const left = [...lines];
		socket.on("error", () => {});
		socket.write(`${left.shift()}\r\n`);
		socket.on("data", (bytes) => {
			if (bytes[0] === 22) return;
			socket.write(`${left.shift() ?? "500 no"}\r\n`);
			if (left.length > 0 || lines.at(-1)!.startsWith("502")) return;
			socket.removeAllListeners("data");
			new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(pair) }).on(
				"error",
				() => {},
			);
		});
	});

test("a certificate is seen, with its key, its names and why nobody believes it", async () => {
	const shown = (await see(await listening(createServer(pair)), "tls")) as Shown;
	expect(shown.certificate.subjectAltName).toBe("DNS:mail.example.org");
	expect(shown.certificate.issuer).toContain("O=Heimweg");
	expect(shown.distrust).toMatch(/SELF_SIGNED/);
	const record = readTlsa(tlsaFor(shown))!;
	expect(matchesTlsa(record, shown)).toBe(true);
	const whole = createHash("sha512").update(shown.chain[0]!.whole).digest("hex");
	expect(matchesTlsa(readTlsa(`3 0 2 ${whole.toUpperCase()}`)!, shown)).toBe(true);
	expect(matchesTlsa({ ...record, data: record.data.replace(/^./, "x") }, shown)).toBe(false);
	// A certificate above the server's own was not sent.
	expect(matchesTlsa({ ...record, usage: 2 }, shown)).toBe(false);
});

test("TLS is gone over to in SMTP and IMAP, with greetings of several lines", async () => {
	const smtp = speaking("220-first\r\n220 mail ESMTP", "250-mail\r\n250 STARTTLS", "220 go ahead");
	expect(await see(await listening(smtp), "smtp")).toMatchObject({ chain: [expect.anything()] });
	server!.close();
	const imap = speaking("* OK ready", "a OK begin");
	expect(await see(await listening(imap), "imap")).toMatchObject({ chain: [expect.anything()] });
});

test("a server without STARTTLS, one that refuses and one that is no TLS server are told apart", async () => {
	const without = await see(await listening(speaking("220 mail", "250 mail", "502 not here")), "smtp");
	expect(tlsTroubleText(without as never)).toMatch(/does not go over to TLS: 502 not here$/);
	const port = (server!.address() as AddressInfo).port;
	await new Promise((done) => server!.close(done));
	expect(await see(port, "tls")).toMatchObject({ is: "refused" });
	const garbage = createTcp((socket) => socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"));
	expect(await see(await listening(garbage), "tls")).toMatchObject({ is: "broken" });
});
