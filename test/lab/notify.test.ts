import { beforeAll, expect, it } from "vitest";
import { type Inbox, openInbox, type TakenMail } from "./inbox.ts";
import { domain, homeFile, homeId, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";

const command = "/usr/local/bin/tell";
/** In the unit's state folder: /tmp is private to the unit, and the rest cannot be written. */
const state = "/var/lib/heimweg-notify";
const told = `${state}/told`;
/** Keeps what it is told, and writes down who it is and what it may. */
const tell = `#!/bin/sh
cat >>"$1"
{ id -un; id -Gn; cat /proc/self/status; cat /etc/heimweg/wireguard.key; cat /etc/heimweg-notify/secret; } >${state}/who 2>&1
`;
const owner = "owner@sender.test";

describeLab("to be told", () => {
	const scene = useScene({
		agentConfig: (toml) => `${toml}\n[notify]\ncommand = ["${command}", "${told}"]\n`,
		relayConfig: (toml) => `${toml}\n[notify]\nmail = "${owner}"\n`,
	});
	const lab = () => scene().lab;
	const patience = 120_000;
	let inbox: Inbox;

	beforeAll(async () => {
		inbox = await openInbox(lab().internet);
	});

	/** What the command was told, `event code` each. */
	async function notices(): Promise<string[]> {
		const { stdout } = await lab().home.exec(["cat", told]);
		return stdout.split("\n").flatMap((line) => {
			if (!line) return [];
			const { event, code } = JSON.parse(line) as { event: string; code: string };
			return [`${event} ${code}`];
		});
	}
	const isTold = (notice: string) =>
		until(`the command is told: ${notice}`, async () => (await notices()).includes(notice), patience);
	const mailThat = async (pattern: RegExp): Promise<TakenMail | undefined> =>
		(await inbox.mails()).find(({ text }) => pattern.test(text.replaceAll(/\s+/g, " ")));

	it("is a condition while the command does not work, and what could not be told is told once it does", async () => {
		const failing = async () => holds(await scene().agentStatus(), "notify.failing");
		const { stderr } = await lab().home.exec(["heimweg", "check-config"]);
		expect(stderr).toContain(`notify.command: there is no program ${command}`);
		// A part of the tunnel's network, where nobody is; looked at each minute.
		const overlap = ["10.86.0.128/25", "dev", "eth0"];
		await lab().home.run(["ip", "route", "add", ...overlap]);
		await until("the failure is a condition", failing, patience);
		await lab().home.run([
			"sh",
			"-c",
			"umask 0037; echo topic >/etc/heimweg-notify/secret; chgrp heimweg-notify /etc/heimweg-notify/secret",
		]);
		await lab().home.write(command, tell, 0o755);
		await isTold("begins tunnel.network_overlap");
		await until("the failure is over", async () => !(await failing()), patience);
		await lab().home.run(["ip", "route", "del", ...overlap]);
		await isTold("ends tunnel.network_overlap");
	}, 400_000);

	it("runs the command as a user who has no rights, and can read what is his and no key", async () => {
		const who = await lab().home.read(`${state}/who`);
		expect(who.split("\n").slice(0, 2)).toEqual(["heimweg-notify", "heimweg-notify"]);
		for (const set of ["CapPrm", "CapEff", "CapAmb", "CapBnd"])
			expect(who).toMatch(new RegExp(`^${set}:\\s*0+$`, "m"));
		expect(who).toContain("/etc/heimweg/wireguard.key: Permission denied");
		expect(who).toMatch(/^topic$/m);
		expect(who).not.toContain(scene().keys.home.privateKey);
	});

	it("is checked for what that user may not read", async () => {
		await lab().home.run(["chown", "root:root", told]);
		const { stderr } = await lab().home.exec(["heimweg", "check-config"]);
		await lab().home.run(["chown", "heimweg-notify:heimweg-notify", told]);
		expect(stderr).toContain(`the user heimweg-notify, who runs it, may not read ${told}: move it to`);
		expect((await lab().home.exec(["heimweg", "check-config"])).exitCode).toBe(0);
	});

	it("lets nobody but the daemon have the command run", async () => {
		const connects = `require("node:net").connect("/run/heimweg-notify.socket").on("connect", () => process.exit(0)).on("error", ({ code }) => { console.log(code); process.exit(1); });`;
		const as = (user: string) => lab().home.exec(["runuser", "-u", user, "--", "node", "-e", connects]);
		for (const user of ["nobody", "heimweg-recipients", "heimweg-notify"])
			expect(await as(user)).toMatchObject({ exitCode: 1, stdout: "EACCES" });
		expect((await as("heimweg")).exitCode).toBe(0);
	});

	it("is started, as everything that needs no network, without the daemon's right", async () => {
		const seen = "/var/lib/heimweg-relay/started";
		const wrapper = `#!/bin/sh\ngrep Cap /proc/self/status >${seen}; ps -o user= -p $$ >>${seen}\nexec /usr/sbin/postconf "$@"\n`;
		await lab().relay.write("/usr/local/sbin/postconf", wrapper, 0o755);
		await lab().relay.run(["systemctl", "restart", "heimweg-relay"]);
		await until(
			"the daemon asks Postfix",
			async () => (await lab().relay.read(seen)).includes("heimweg"),
			patience,
		);
		const status = await lab().relay.read(seen);
		await lab().relay.run(["rm", "/usr/local/sbin/postconf"]);
		for (const set of ["CapPrm", "CapEff", "CapAmb"])
			expect(status).toMatch(new RegExp(`^${set}:\\s*0+$`, "m"));
	});

	it("comes by mail when mail for a home is older than a day, with the time at which it goes back", async () => {
		await lab().home.run(["systemctl", "stop", "postfix"]);
		const { accepted } = await lab().internet.sendMail({ to: `anna@${domain}`, subject: "grows old" });
		expect(accepted).toBe(true);
		const waiting = async () => (await scene().relayStatus()).homes[0]?.waiting;
		await until("the mail waits", async () => Boolean(await waiting()), patience);
		// The companion's clock alone goes ahead, two days; Postfix keeps the mail for five.
		const arrived = Date.parse((await waiting())!.oldest);
		await lab().relay.write(
			"/etc/systemd/system/heimweg-relay.service.d/ahead.conf",
			'[Service]\nEnvironment="NODE_OPTIONS=--import /etc/heimweg-relay/ahead.mjs"\n',
		);
		await lab().relay.write(
			"/etc/heimweg-relay/ahead.mjs",
			"const now = Date.now; Date.now = () => now() + 2 * 86_400_000;\n",
		);
		await lab().relay.run(["systemctl", "daemon-reload"]);
		await lab().relay.run(["systemctl", "restart", "heimweg-relay"]);
		await until("the mail comes", async () => Boolean(await mailThat(/has waited here since/)), patience);
		const mail = (await mailThat(/has waited here since/))!;
		expect(mail).toMatchObject({ from: "", to: owner });
		expect(mail.subject).toContain(`(${homeId})`);
		const day = new Date(arrived + 5 * 86_400_000).toISOString().slice(0, 16).replace("T", " ");
		expect(mail.text.replaceAll(/\s+/g, " ")).toContain(
			`goes back to its sender as undeliverable after ${day} UTC`,
		);
		await lab().home.run(["systemctl", "start", "postfix"]);
		await scene().arrives("grows old", { timeout: patience });
		await until(
			"its end comes by mail too",
			async () => Boolean(await mailThat(/Subject: \S+ over: mail for a home has waited/)),
			patience,
		);
	}, 240_000);

	it("never by way of a home: check-config refuses that address, and the daemon says so later", async () => {
		const path = `/etc/heimweg-relay/homes.d/${homeId}.toml`;
		const publicKey = scene().keys.home.publicKey;
		const said = async () => holds(await scene().relayStatus(), "notify.mail_routed_home");
		const checked = () => lab().relay.exec(["heimweg-relay", "check-config"]);
		expect((await checked()).exitCode).toBe(0);
		await lab().relay.write(path, homeFile(publicKey, [domain, "sender.test"]));
		await until("the daemon says so", said, patience);
		const { exitCode, stderr } = await checked();
		expect(exitCode).toBe(78);
		expect(stderr).toContain(`notify.mail: mail to ${owner} is routed to a home (${homeId}.toml)`);
		await lab().relay.write(path, homeFile(publicKey));
		await until("it is over", async () => !(await said()), patience);
	}, 240_000);
});
