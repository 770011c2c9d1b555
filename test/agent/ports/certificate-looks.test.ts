import { beforeEach, expect, it } from "vitest";
import { createCertificateLooks } from "../../../agent/ports/certificate-looks.ts";
import { Health } from "../../../shared/health.ts";
import { HOUR, MINUTE } from "../../../shared/time.ts";
import { silent } from "../../shared/silent.ts";

const certificate = (days: number, holder = "mail.example.org") => ({
	validTo: new Date(Date.now() + days * 24 * HOUR).toUTCString(),
	subjectAltName: `DNS:${holder}`,
	checkHost: (name: string) => (name === holder ? name : undefined),
});

let health: Health;
let names: string[];
let set: number[];
let listening: number[];
let time: number;
/** What is shown at each port; nothing where a server does not answer. */
let shown: Record<number, ReturnType<typeof certificate> | undefined>;
let asked: number[];
let answer: Promise<void>;
let looks: ReturnType<typeof createCertificateLooks>;

beforeEach(() => {
	health = new Health(silent);
	[names, set, listening, time, asked] = [["mail.example.org"], [465, 587, 993], [465, 587, 993], 0, []];
	shown = { 465: certificate(60), 993: certificate(60) };
	answer = Promise.resolve();
	looks = createCertificateLooks({
		...{ names: () => names, ports: () => ({ set, listening }), health, now: () => time },
		async shown(_, port) {
			asked.push(port);
			await answer;
			return shown[port] as never;
		},
	});
});

async function look(after = 0): Promise<string[]> {
	time += after;
	looks.look();
	await new Promise((resolve) => setTimeout(resolve, 1));
	return health.list().map(({ code, subject }) => `${code} ${subject}`);
}

it("certificates are looked at once an hour, and each five minutes while one of them is not well", async () => {
	await look();
	expect(await look(59 * MINUTE)).toEqual([]);
	expect(asked).toEqual([465, 993]);
	shown[993] = certificate(-1);
	expect(await look(1 * MINUTE)).toEqual(["ports.certificate_expired mail.example.org"]);
	shown[993] = certificate(60);
	expect(await look(5 * MINUTE)).toEqual([]);
});

it("servers that do not listen yet, as while a machine starts, are looked at as soon as they do", async () => {
	shown[993] = certificate(-1);
	listening = [];
	expect(await look()).toEqual([]);
	listening = [993];
	expect(await look(20_000)).toEqual(["ports.certificate_expired mail.example.org"]);
});

it("a server that starts anew when it is looked at is not taken for one with another certificate", async () => {
	shown[993] = certificate(-1);
	await look();
	shown[993] = undefined;
	expect(await look(5 * MINUTE)).toEqual(["ports.certificate_expired mail.example.org"]);
	listening = [465];
	shown[465] = certificate(60, "router.local");
	expect(await look(5 * MINUTE)).toContain("ports.certificate_of_other mail.example.org");
	shown = { 465: certificate(60), 993: certificate(60) };
	listening = [465, 993];
	expect(await look(5 * MINUTE)).toEqual([]);
});

it("what is said of a certificate goes with the name, and with the ports", async () => {
	shown[993] = certificate(3);
	expect(await look()).toEqual(["ports.certificate_ends_soon mail.example.org"]);
	names = [];
	expect(await look()).toEqual([]);
	names = ["mail.example.org"];
	expect(await look(5 * MINUTE)).toEqual(["ports.certificate_ends_soon mail.example.org"]);
	set = [587];
	expect(await look()).toEqual([]);
});

it("a server that never answers is asked once at a time", async () => {
	answer = new Promise(() => {});
	await look();
	await look(HOUR);
	expect(asked).toEqual([465]);
});
