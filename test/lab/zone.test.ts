import { beforeAll, expect, it } from "vitest";
import type { ShownPlan } from "../../shared/dns/zones/protocol.ts";
import { authorityOnHosts } from "./certificates.ts";
import { addresses } from "./network.ts";
import { domain, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { useScene } from "./use-scene.ts";

const mail = `
[dns.mail]
services = ["imaps", "submissions"]
dmarc = { policy = "quarantine", reports = ["postmaster@example.org"] }
tls_reports = ["mailto:postmaster@example.org"]
`;

describeLab("the zone of a mail domain", () => {
	const scene = useScene({ agentConfig: (toml) => `${toml}${mail}` });
	const { home, internet } = {
		home: () => scene().lab.home,
		internet: () => scene().lab.internet,
	};
	const put = (subname: string, type: string, ...records: string[]) =>
		internet().desec.control("POST", "/rrsets", { domain, subname, type, ttl: 3600, records });
	const plan = async () => {
		const { stdout } = await home().exec(["heimweg", "dns", "plan", "--json"]);
		return (JSON.parse(stdout) as [ShownPlan])[0];
	};
	const answers: ReadonlyArray<[name: string, type: string, ...records: string[]]> = [
		["", "MX", "10 relay.example.net."],
		["", "TXT", '"v=spf1 mx ~all"'],
		["_dmarc.", "TXT", '"v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org"'],
		["_smtp._tls.", "TXT", '"v=TLSRPTv1; rua=mailto:postmaster@example.org"'],
		["_imaps._tcp.", "SRV", "0 1 993 mail.example.org."],
		["_submissions._tcp.", "SRV", "0 1 465 mail.example.org."],
		["_imap._tcp.", "SRV", "0 0 0 ."],
		["mail.", "TXT", '"v=spf1 -all"'],
	];

	beforeAll(async () => {
		await home().run(["mkdir", "-p", "/etc/dkimkeys"]);
		await home().run(["openssl", "genrsa", "-out", "/etc/dkimkeys/home.private", "2048"]);
		await home().run(["chown", "-R", "opendkim:opendkim", "/etc/dkimkeys"]);
		await home().run(["chmod", "0600", "/etc/dkimkeys/home.private"]);
		await home().write(
			"/etc/opendkim.conf",
			`Domain ${domain}\nSelector home\nKeyFile /etc/dkimkeys/home.private\n`,
		);
		await put("", "MX");
		await put("", "TXT");
		await until("the relay has said what it is called", async () =>
			Boolean((await plan()).changes.some(({ type }) => type === "MX")),
		);
	});

	it("is planned first: nothing is written, and what is left out is told with the reason", async () => {
		expect((await plan()).leftOut).toContainEqual(
			expect.objectContaining({ kind: "DKIM", why: expect.stringContaining("are not known") }),
		);
		await home().run(["systemctl", "enable", "--now", "heimweg-dkim.timer", "heimweg-dkim.path"]);
		await until(
			"the key that signs is known",
			async () => (await plan()).changes.some(({ name }) => name === `home._domainkey.${domain}`),
			90_000,
		);
		const { stdout, exitCode } = await home().exec(["heimweg", "dns", "plan"]);
		expect(exitCode).toBe(1);
		expect(stdout).toMatch(
			/\+ example\.org MX .*\n.*new {2}10 relay\.example\.net\.\n.*relay, which greets as/,
		);
		expect(stdout).toContain("DKIM: others can check what example.org signs with the selector home");
		expect(await internet().dig(domain, "MX")).toEqual([]);
	});

	it("is right at the name servers after one apply, which writes once", async () => {
		await internet().desec.control("DELETE", "/requests");
		// The public servers follow the answer, as the real ones do.
		await internet().desec.control("POST", "/latency", { ms: 1_500 });
		const { stdout, exitCode } = await home().exec(["heimweg", "dns", "apply", "--yes"]);
		await internet().desec.control("POST", "/latency", { ms: 0 });
		expect(`${exitCode} ${stdout}`).toMatch(/^0 .*its name servers answer all of it after [1-9]/s);
		for (const [name, type, ...records] of answers)
			expect(await internet().dig(`${name}${domain}`, type), `${name}${domain} ${type}`).toEqual(records);
		const key = await home().run(["openssl", "rsa", "-in", "/etc/dkimkeys/home.private", "-pubout"]);
		const [published] = await internet().dig(`home._domainkey.${domain}`, "TXT");
		expect(published?.replace(/^"v=DKIM1; k=rsa; p=|[" ]/g, "")).toBe(
			key.replace(/-----[A-Z ]+-----|\s/g, ""),
		);
		const requests = (await internet().desec.control("GET", "/requests")) as Array<{ method: string }>;
		// The daemon may read at any time; it writes once.
		expect(requests.map(({ method }) => method).filter((method) => method !== "GET")).toEqual(["POST"]);
		expect((await home().exec(["heimweg", "dns", "plan"])).exitCode).toBe(0);
	});

	it("is seen by the relay, too, which looks from where it stands", async () => {
		await until(
			"the relay sees the records",
			async () =>
				(await home().journal("-u", "heimweg", "-n", "50")).includes(
					`the relay sees the new records of ${domain}, too`,
				),
			60_000,
		);
	});

	it("goes back to what it was with undo, and keeps what others added", async () => {
		await put("", "TXT", '"v=spf1 mx ~all"', '"another=1"');
		const undo = ["heimweg", "dns", "undo", "--yes"];
		const refused = await home().exec(undo);
		expect(refused.exitCode).not.toBe(0);
		expect(refused.stderr).toContain("--large");
		const { stdout, stderr, exitCode } = await home().exec([...undo, "--large"]);
		expect(`${exitCode} ${stderr}${stdout}`).toMatch(/^0 .*its name servers answer all of it after/s);
		for (const [name, type] of answers)
			expect(await internet().dig(`${name}${domain}`, type), name).toEqual(
				name === "" && type === "TXT" ? ['"another=1"'] : [],
			);
	});

	it("is kept for the relay's own name, too, with a token that systemd alone can read and hands over", async () => {
		const { relay } = scene().lab;
		const dns = async (...args: string[]) => {
			const { stdout, stderr, exitCode } = await relay.exec(["heimweg-relay", "dns", ...args]);
			return `${exitCode} ${stdout}${stderr}`;
		};
		expect(await dns("plan")).toContain('relay.example.net. IN TXT "v=spf1 a -all"');
		await relay.write("/etc/heimweg-relay/desec.token", `${internet().desec.token}\n`, 0o600);
		const unit = [
			"[Service]",
			"LoadCredential=desec.token:/etc/heimweg-relay/desec.token",
			`Environment=NODE_EXTRA_CA_CERTS=${authorityOnHosts}`,
		];
		await relay.write("/etc/systemd/system/heimweg-relay.service.d/lab.conf", `${unit.join("\n")}\n`);
		const config = "/etc/heimweg-relay/relay.toml";
		const more = `[dns]\ntoken_file = "credential:desec.token"\napi = "${internet().desec.api}"\n`;
		await relay.write(config, (await relay.read(config)).replace("[dns]\n", more));
		await relay.run(["systemctl", "daemon-reload"]);
		await relay.run(["systemctl", "restart", "heimweg-relay"]);
		await until("the relay knows its name", async () =>
			(await dns("plan")).includes("+ relay.example.net TXT"),
		);
		expect(await dns("plan")).toMatch(/^1 .*: 1 change; 2 already right/s);
		expect(await dns("apply", "--yes")).toMatch(/^0 .*its name servers answer all of it/s);
		expect(await internet().dig("relay.example.net", "TXT")).toEqual(['"v=spf1 a -all"']);
		expect(await dns("plan")).toMatch(/^0 /);
		expect(await dns("undo", "--yes")).toMatch(/^0 /);
		expect(await internet().dig("relay.example.net", "TXT")).toEqual([]);
		expect(await internet().dig("relay.example.net", "A")).toEqual([addresses.relay.ipv4]);
		expect(await relay.journal("-u", "heimweg-relay")).not.toContain(internet().desec.token);
	});
});
