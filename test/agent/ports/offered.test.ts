import { expect, it } from "vitest";
import { judgeCertificate } from "../../../agent/ports/certificate.ts";
import { guardRules } from "../../../agent/ports/guard.ts";
import { lookAtPorts, servicesOf } from "../../../agent/ports/offered.ts";
import { parseAddress } from "../../../shared/address.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";

const listening = (...ports: number[]) =>
	ports.map((port) => `LISTEN 0 100 0.0.0.0:${port} 0.0.0.0:*`).join("\n");
const machine =
	(services: string, sockets: string): RunCommand =>
	async (command) =>
		command === "postconf" ? services : sockets;
const proxied = "10465      inet  n       -       y       -       -       smtpd -o mynetworks=";

it("a home offers the ports that are set up, and says which of them nobody listens at", async () => {
	const run = machine(proxied, listening(10_465, 465, 993));
	const offered = await lookAtPorts(run, [465, 587, 993, 443], { dropIn: async () => [993] });
	expect(offered).toEqual({ ports: [465, 993, 443], silent: [993, 443], direct: [465, 993] });
});

it("a home that is set up for nothing offers nothing, and one without Postfix what Dovecot has", async () => {
	expect((await lookAtPorts(machine("", ""), [465, 993], { dropIn: async () => [] })).ports).toEqual([]);
	const without: RunCommand = async (command) => {
		if (command === "ss") return listening(10_993);
		throw new CommandError("postconf", "postconf is not installed", { missing: true });
	};
	await expect(lookAtPorts(without, [465, 993], { dropIn: async () => [993] })).resolves.toMatchObject({
		ports: [993],
		silent: [],
	});
});

it("PROXY ports are there for the relay alone, through the tunnel: not over lo, not in another family", () => {
	const relay = [parseAddress("10.86.0.1")];
	const rules = guardRules({ interface: "hw0", relay, ports: [10_465, 10_993] });
	expect(rules.map(({ chain, rule }) => `${chain}: ${rule}`)).toEqual([
		'prerouting: iifname != "hw0" tcp dport { 10465, 10993 } drop',
		"prerouting: ip saddr != { 10.86.0.1 } tcp dport { 10465, 10993 } drop",
		"prerouting: meta nfproto ipv6 tcp dport { 10465, 10993 } drop",
	]);
});

it("a certificate is judged by its end and by whom it is for", () => {
	const shown = (validTo: string, names: string[]) => ({
		validTo,
		subjectAltName: names.map((name) => `DNS:${name}`).join(", "),
		checkHost: (name: string) => (names.includes(name) ? name : undefined),
	});
	const at = new Date("2026-11-30T12:00:00Z");
	const judge = (validTo: string, ...names: string[]) =>
		judgeCertificate(shown(validTo, names), "mail.example.org", at);
	expect(judge("Feb 28 12:00:00 2027 GMT", "mail.example.org").is).toBe("well");
	expect(judge("Dec 13 12:00:00 2026 GMT", "mail.example.org")).toMatchObject({
		is: "soon",
		ends: "2026-12-13",
	});
	expect(judge("Nov 29 12:00:00 2026 GMT", "mail.example.org").is).toBe("expired");
	expect(judge("Feb 28 12:00:00 2027 GMT", "router.local")).toMatchObject({
		is: "other",
		names: "router.local",
	});
	expect(judge("Bad time value", "mail.example.org")).toMatchObject({
		is: "expired",
		ends: "Bad time value",
	});
});

it("master.cf is asked for when it changed and every five minutes, not at each look", async () => {
	let asked = 0;
	let now = 0;
	let texts = ["465", "587"].map((port) => `10${port} inet n - y - - smtpd`);
	const run: RunCommand = async () => {
		asked += 1;
		return texts.join("\n");
	};
	const services = servicesOf(run, () => now);
	for (let look = 0; look < 10; look++) expect(await services.now()).toContain("10587");
	expect(asked).toBe(1);
	const slow = servicesOf(run, () => now);
	const reading = slow.now();
	slow.forget();
	await reading;
	texts = [];
	expect(await slow.now()).toBe("");
	expect(await services.now()).toContain("10587");
	services.forget();
	expect(await services.now()).toBe("");
	texts = ["back"];
	now = 300_000;
	expect(await services.now()).toBe("back");
});
