import { beforeAll, expect, it } from "vitest";
import type { Finding } from "../../shared/doctor/finding.ts";
import { domain, until } from "./scene.ts";
import { dsOf, setDs, trustRoot, useNameServer, useStrippingResolver } from "./signed-zones.ts";
import { describeLab } from "./use-lab.ts";
import { useScene } from "./use-scene.ts";

const mail = `
[dns.mail]
services = ["imaps", "submissions"]
dmarc = { policy = "quarantine", reports = ["postmaster@example.org"] }
tls_reports = ["mailto:postmaster@example.org"]
`;

interface Report {
	findings: Finding[];
}

describeLab("the doctor", () => {
	const scene = useScene({
		agentConfig: (toml) => `${toml}${mail}`,
		relayConfig: (toml) => `${toml}\n[doctor]\ncheck = "*/20 * * * * *"\n`,
	});
	const home = () => scene().lab.home;
	const internet = () => scene().lab.internet;
	const put = (subname: string, type: string, ...records: string[]) =>
		internet().desec.control("POST", "/rrsets", { domain, subname, type, ttl: 3600, records });
	const doctor = async (): Promise<Report> =>
		JSON.parse((await home().exec(["heimweg", "doctor", "--json"], { timeout: 60_000 })).stdout) as Report;
	const found = async (code: string) => (await doctor()).findings.filter((one) => one.code === code);
	/** Types a line as its reader does. */
	const type = (line: string) => home().run(["sh", "-c", line], { timeout: 60_000 });
	const conditions = async () => (await scene().agentStatus())?.conditions ?? [];

	beforeAll(async () => {
		for (const host of [home(), scene().lab.relay]) await trustRoot(host, internet());
		await home().run(["mkdir", "-p", "/etc/dkimkeys"]);
		await home().run(["openssl", "genrsa", "-out", "/etc/dkimkeys/home.private", "2048"]);
		await home().run(["chown", "-R", "opendkim:opendkim", "/etc/dkimkeys"]);
		await home().write(
			"/etc/opendkim.conf",
			`Domain ${domain}\nSelector home\nKeyFile /etc/dkimkeys/home.private\n`,
		);
		await home().run(["systemctl", "enable", "--now", "heimweg-dkim.timer", "heimweg-dkim.path"]);
		await put("", "MX");
		await put("", "TXT");
		await until(
			"all records are applied",
			async () => {
				await home().exec(["heimweg", "dns", "apply", "--yes"], { timeout: 60_000 });
				const [key] = await internet().dig(`home._domainkey.${domain}`, "TXT");
				const [to] = await internet().dig(domain, "MX");
				return Boolean(key && to);
			},
			180_000,
		);
	});

	it("finds the records of a right domain right, validated from the root down, and says what the relay finds", async () => {
		const { findings } = await doctor();
		const severity = (code: string) => findings.find((one) => one.code === code)?.severity;
		const well = [
			"mx_well",
			"spf_passes",
			"dkim_well",
			"dmarc_well",
			"tls_rpt_well",
			"srv_well",
			"no_mail_well",
		];
		for (const code of [...well, "dnssec_well", "delegation_well"]) expect(severity(code), code).toBe("well");
		expect(
			findings.filter(({ code }) => /^(mx|spf|dkim|dmarc|dnssec|delegation)_/.test(code)),
		).not.toContainEqual(expect.objectContaining({ severity: expect.stringMatching(/^(todo|risk)$/) }));
		expect(findings.map(({ code }) => code)).not.toContain("daemon_not_asked");
		expect(findings.map(({ code }) => code)).not.toContain("relay_not_asked");
	});

	it("finds what is planted at the real name server, with the line that mends it when it is typed", async () => {
		await put("", "MX");
		const [missing] = await found("mx_missing");
		expect(missing).toMatchObject({ severity: "risk", turn: "home", line: "heimweg dns apply" });
		await type(`${missing!.line} --yes`);
		expect(await found("mx_missing")).toEqual([]);
		await put("_25._tcp.mail", "TLSA", `3 1 1 ${"0123456789abcdef".repeat(4)}`);
		const [useless] = await found("tlsa_of_home");
		expect(useless).toMatchObject({ severity: "todo", turn: "home" });
		await type(useless!.line!);
		expect(await found("tlsa_of_home")).toEqual([]);
	});

	it("names the registrar for a DS of another key, with the right one, and a resolver that strips", async () => {
		const right = await dsOf(internet(), domain);
		await setDs(internet(), domain, `12345 13 2 ${"ab".repeat(32)}`);
		const [wrong] = await found("dnssec_ds_wrong");
		expect(wrong).toMatchObject({ severity: "risk", turn: "registrar" });
		expect(wrong!.line).toBe(`${domain}. IN DS ${right.find((one) => / 2 /.test(one))!.toLowerCase()}`);
		await setDs(internet(), domain, ...right);
		await useStrippingResolver(home());
		expect((await found("dnssec_stripped_here"))[0]).toMatchObject({ severity: "todo", turn: "home" });
		await useNameServer(home());
		expect((await found("dnssec_well"))[0]).toMatchObject({ severity: "well" });
	});

	it("looks by itself in a unit of its own, and what it alarms of is a condition until it is mended", async () => {
		await put("_dmarc", "TXT");
		// Without an earlier look one comes some minutes after the start; the schedule can be had at once.
		await home().run(["sed", "-i", '$a[doctor]\\ncheck = "* * * * * *"', "/etc/heimweg/heimweg.toml"]);
		await home().run(["systemctl", "restart", "heimweg"]);
		await until(
			"the daily look tells of it",
			async () => (await conditions()).some(({ subject }) => subject.startsWith("dmarc_missing ")),
			180_000,
		);
		const journal = await home().journal("-u", "heimweg-doctor@*", "-n", "20");
		expect(journal).not.toMatch(/denied|error/i);
		await type("heimweg dns apply --yes");
		await until(
			"the daily look finds it mended",
			async () => !(await conditions()).some(({ subject }) => subject.startsWith("dmarc_missing ")),
			180_000,
		);
	});

	it("looks by itself at the relay, too, and a home's question is answered by the same unit", async () => {
		const relay = () => scene().lab.relay;
		await until(
			"the relay's daily look tells what it lacks",
			async () =>
				(await scene().relayStatus()).conditions.some(({ subject }) =>
					subject.startsWith("relay_spf_missing "),
				),
			120_000,
		);
		const journal = await relay().journal("-u", "heimweg-relay-doctor@*", "-n", "40");
		expect(journal).toContain("Deactivated successfully");
		expect(journal).not.toMatch(/denied|error|Failed/i);
		const status = await relay().exec(["heimweg-relay", "status"]);
		expect(status.stdout).toMatch(/^Daily look\s+at .*to do/m);
	});
});
