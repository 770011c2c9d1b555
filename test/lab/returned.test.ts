import { expect, it } from "vitest";
import type { ActiveCondition } from "../../shared/health.ts";
import type { Host } from "./host.ts";
import { domain, mailboxes, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { useScene } from "./use-scene.ts";
import { allIsWell, homeTells, relayTells } from "./well.ts";

describeLab("mail that does not get to its mailbox", () => {
	const scene = useScene();
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;
	const patience = 120_000;
	const to = mailboxes[0]!;

	async function handOver(subject: string): Promise<void> {
		const { accepted, transcript } = await scene().lab.internet.sendMail({ to: `${to}@${domain}`, subject });
		expect(accepted, transcript).toBe(true);
	}

	/** Changes Postfix's settings at home for as long as the work takes. */
	async function withSettings(host: Host, settings: string[], work: () => Promise<void>): Promise<void> {
		const before = await host.read("/etc/postfix/main.cf");
		await host.run(["postconf", "-e", ...settings]);
		await host.run(["postfix", "reload"]);
		try {
			await work();
		} finally {
			await host.write("/etc/postfix/main.cf", before);
			await host.run(["postfix", "reload"]);
		}
	}

	const told = (conditions: readonly ActiveCondition[], code: string) => {
		const found = conditions.find((one) => one.code === code);
		return found ? `${found.severity}: ${found.text} / ${found.remedy}` : "";
	};
	const atRelay = async (code: string) => told((await scene().relayStatus()).conditions, code);
	const atHome = async (code: string) => told((await scene().agentStatus()).conditions, code);
	const tellsNoMore = (what: () => Promise<string>) =>
		until("it is told no more", async () => (await what()) === "", patience);

	it("since the home refuses everybody: both sides say so at the first mail, until one gets through", async () => {
		await allIsWell(scene());
		await withSettings(home(), ["smtpd_recipient_restrictions=reject"], async () => {
			await handOver("refused by the home");
			await relayTells(scene(), "bounces.listed_refused", patience);
			const here = await atRelay("bounces.listed_refused");
			for (const word of ["error", domain, "home anna", `${to}@${domain}`, "554 5.7.1", "Access denied"])
				expect(here).toContain(word);
			await homeTells(scene(), "bounces.relay_returns", patience);
			expect(await atHome("bounces.relay_returns")).toContain("554 5.7.1");
			expect((await scene().agentStatus()).mailFlows).toBe(false);
		});
		await scene().deliver("taken again");
		expect(await relay().run(["heimweg-relay", "verify", "anna"], { timeout: 120_000 })).toContain(
			"it said yes",
		);
		await tellsNoMore(() => atRelay("bounces.listed_refused"));
		await tellsNoMore(() => atHome("bounces.relay_returns"));
	});

	it("since the mailbox cannot be written: the home's Postfix sends it back, and both sides say so", async () => {
		await home().run(["chown", "-R", "root:root", `/home/${to}`]);
		await home().run(["chmod", "755", `/home/${to}`]);
		try {
			await handOver("into a folder of root's");
			await homeTells(scene(), "bounces.returned_here", patience);
			const there = await atHome("bounces.returned_here");
			for (const word of ["error", domain, "may not write into the mailbox", "Permission denied", "ls -ld"])
				expect(there).toContain(word);
			await relayTells(scene(), "bounces.home_returns", patience);
			expect(await atRelay("bounces.home_returns")).toContain("the home anna took it");
			// A restart forgets nothing of it.
			await home().run(["systemctl", "restart", "heimweg"]);
			expect(
				await until("it is still told", async () => (await atHome("bounces.returned_here")) !== ""),
			).toBeDefined();
		} finally {
			await home().run(["chown", "-R", `${to}:${to}`, `/home/${to}`]);
		}
		await scene().deliver("into a folder of its own");
		await tellsNoMore(() => atHome("bounces.returned_here"));
		await tellsNoMore(() => atRelay("bounces.home_returns"));
	});

	it("since LMTP is away: the mail waits at home, and the home names the service", async () => {
		await withSettings(home(), ["mailbox_transport=lmtp:unix:private/dovecot-lmtp"], async () => {
			await handOver("for LMTP");
			await homeTells(scene(), "mail.delivery_failing", patience);
			const there = await atHome("mail.delivery_failing");
			for (const word of ["error", "LMTP", "systemctl status dovecot", "No such file"])
				expect(there).toContain(word);
		});
		await home().run(["postqueue", "-f"]);
		await scene().arrives("for LMTP", { timeout: patience });
		await tellsNoMore(() => atHome("mail.delivery_failing"));
	});

	it(
		"since the home does not know the domain: it waits on the relay, which says what the home said",
		async () => {
			await withSettings(home(), ["mydestination=localhost"], async () => {
				await handOver("for a domain that is not known");
				await relayTells(scene(), "queue.mail_stays", patience);
				const here = await atRelay("queue.mail_stays");
				for (const word of ["Relay access denied", "mydestination or virtual_mailbox_domains", "home anna"])
					expect(here).toContain(word);
			});
			await scene().arrives("for a domain that is not known", { timeout: 11 * 60_000 });
		},
		15 * 60_000,
	);

	it("out in the world, since the relay's resolver is dead: the relay says that it is its own", async () => {
		const file = "/etc/resolv.conf";
		const before = await relay().read(file);
		await relay().write(file, "nameserver 127.0.0.9\n");
		await relay().run(["systemctl", "restart", "postfix"]);
		const mail = ["sendmail", "-f", `${to}@${domain}`, "someone@sender.test"];
		await home().run(mail, { input: "Subject: into the world\n\nhello\n" });
		await relayTells(scene(), "queue.world_mail_waits", patience);
		const here = await atRelay("queue.world_mail_waits");
		for (const word of ["error", "this relay cannot look names up", "/etc/resolv.conf"])
			expect(here).toContain(word);
		await relay().write(file, before);
		await relay().run(["systemctl", "restart", "postfix"]);
		await relay().run(["postqueue", "-f"]);
		await tellsNoMore(() => atRelay("queue.world_mail_waits"));
	});

	it(
		"since the home refuses it, but its owner has the relay hold it, and then let it go",
		async () => {
			const path = "/etc/heimweg-relay/relay.toml";
			const before = await relay().read(path);
			const apply = async () => {
				await relay().run(["heimweg-relay", "postfix", "--apply"]);
				await relay().run(["systemctl", "restart", "heimweg-relay"]);
				await allIsWell(scene());
			};
			await relay().write(path, `${before}\n[postfix]\nhold = "2d"\n`);
			await apply();
			await withSettings(home(), ["smtpd_recipient_restrictions=reject"], async () => {
				await handOver("held on the relay");
				await relayTells(scene(), "bounces.mail_held", patience);
				expect(await atRelay("bounces.mail_held")).toContain("heimweg-relay let-go anna");
				expect(await atRelay("bounces.listed_refused")).toBe("");
			});
			await scene().arrives("held on the relay", { timeout: patience });
			await tellsNoMore(() => atRelay("bounces.mail_held"));
			await withSettings(home(), ["smtpd_recipient_restrictions=reject"], async () => {
				await handOver("held and let go");
				await relayTells(scene(), "bounces.mail_held", patience);
				expect(await relay().run(["heimweg-relay", "let-go", "anna"])).toContain(
					"1 mail for the home anna goes back",
				);
				const expired = ["sh", "-c", "journalctl -b --no-pager -t postfix/qmgr | grep -c force-expired"];
				await until("it goes back", async () => (await relay().run(expired)) === "1", patience);
			});
			await relay().write(path, before);
			await apply();
		},
		6 * 60_000,
	);

	it("is said to be not known when nobody reads Postfix's log", async () => {
		const stop = "systemctl stop heimweg-relay-maillog.socket 'heimweg-relay-maillog@*'";
		await relay().run(["sh", "-c", stop]);
		await relayTells(scene(), "maillog.not_read", patience);
		expect(await atRelay("maillog.not_read")).toContain("systemctl start heimweg-relay-maillog.socket");
		await relay().run(["systemctl", "start", "heimweg-relay-maillog.socket"]);
		await tellsNoMore(() => atRelay("maillog.not_read"));
	});
});
