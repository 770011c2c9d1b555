import { beforeAll, expect, it } from "vitest";
import { type Inbox, openInbox } from "./inbox.ts";
import { account, type Letter } from "./mail-clients.ts";
import { firstMailHome, maildir, selector } from "./mail-home.ts";
import { bansThatWork } from "./mail-system-bans.ts";
import { certificateByDns } from "./mail-system-certificate.ts";
import { mailProgramsDay } from "./mail-system-day.ts";
import { doctorAtBothEnds } from "./mail-system-doctor.ts";
import { addresses } from "./network.ts";
import { domain, mailName, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { useMailSystem } from "./use-mail-system.ts";
import { allIsWell } from "./well.ts";

/** What every filter for spam refuses, by agreement (https://spamassassin.apache.org/gtube/). */
const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

describeLab("the whole mail system", () => {
	const system = useMailSystem();
	const lab = () => system().lab;
	const anna = account(firstMailHome, "anna");
	const far = "someone@sender.test";
	let inbox: Inbox;

	beforeAll(async () => {
		inbox = await openInbox(lab().internet);
		for (const port of [465, 587, 993]) await lab().router.forwardPort(port);
		await until("the name leads to the home", async () =>
			(await lab().internet.dig(mailName, "A")).includes(lab().router.address),
		);
	});

	const taken = async (subject: string) => (await inbox.mails()).find((mail) => mail.subject === subject);
	const leaves = (subject: string) =>
		until(`"${subject}" arrives in the internet`, async () => Boolean(await taken(subject)), 60_000);
	/** What the mail in anna's Maildir with this subject says. */
	const kept = (subject: string) =>
		lab().home.run([
			...["sh", "-c", 'cat "$(grep -rls --exclude="dovecot*" "^Subject: $1$" "$2")"', "sh", subject],
			maildir(firstMailHome, "anna"),
		]);

	it("is well by the words of both sides, with the proof of each direction", async () => {
		await allIsWell(system());
		const verdicts = async () => {
			const { headline } = await system().agentStatus();
			return [headline?.incoming, headline?.outgoing, headline?.records].map((one) => one?.verdict);
		};
		await until("the home says yes to all", async () => (await verdicts()).join() === "yes,yes,yes", 60_000);
		await until("the relay has asked for a recipient", async () => {
			const [home] = (await system().relayStatus()).homes;
			return JSON.stringify(home).includes('"verified"') || JSON.stringify(home).includes("deliverable");
		});
	});

	it("lets a mail from the internet pass Rspamd on the relay, and it lies under /var/vmail", async () => {
		await system().deliver("from the internet");
		const text = await kept("from the internet");
		expect(text).toMatch(/^X-Spamd-Result: default: False/m);
		// Only the relay sees who brings it.
		expect(text).toMatch(/^Authentication-Results: relay\.example\.net;[\s\S]*?\bspf=pass/m);
		expect(await lab().home.journal("--boot", "--unit", "postfix*")).toMatch(
			/client=\S*\[10\.86\.0\.1\], .*orig_client=\S*\[203\.0\.113\.1\]/,
		);
		expect(text).toMatch(/^Delivered-To: anna@example\.org$/m);
		const [file] = (await lab().home.run(["find", "/var/vmail", "-type", "f", "-path", "*/new/*"])).split(
			"\n",
		);
		expect(await lab().home.run(["stat", "-c", "%U %a", file!])).toBe("vmail 600");
	});

	it("refuses a mail that is spam at the relay, before the home hears of it", async () => {
		const { accepted, transcript } = await lab().internet.sendMail({
			...{ to: `anna@${domain}`, subject: "spam", body: gtube },
		});
		expect([accepted, transcript]).toEqual([false, expect.stringMatching(/<\*\* 554 5\.7\.1 /)]);
		expect(await lab().home.journal("--boot", "--unit", "postfix*")).not.toContain("spam");
	});

	it("signs what is sent by 465 at home; it verifies elsewhere, and comes from the relay's address", async () => {
		const sent = await system().clients.send(anna, { to: far, subject: "signed" });
		expect(sent.exitCode, sent.stdout).toBe(0);
		await leaves("signed");
		const mail = (await taken("signed"))!;
		expect(mail).toMatchObject({ from: anna.login, to: far, client: addresses.relay.ipv4 });
		expect(mail.text).toMatch(new RegExp(`^DKIM-Signature: [^]*d=${domain};[^]*s=${selector};`, "m"));
		expect(await verdict(mail.text)).toBe("signature ok");
		expect(await verdict(mail.text.replace("Hello.", "Hallo."))).toContain("body hash mismatch");
	});

	/** What dkimpy, which is not OpenDKIM's work, makes of the mail as the internet's mail server took it. */
	async function verdict(text: string): Promise<string> {
		// The server has put lines of its own before the mail.
		const mail = text.replace(/^(X-(?:Client|Helo|Mail|Rcpt)\S+: .*\n)+/, "");
		const { stdout, stderr } = await lab().internet.exec(["dkimverify"], { input: mail });
		return stdout || stderr;
	}

	it("takes no mail from somebody with a wrong password, or in somebody else's name", async () => {
		const letter: Letter = { to: far, subject: "forged" };
		const wrong = await system().clients.send({ ...anna, password: "wrong" }, letter);
		expect(wrong.stdout).toMatch(/<~\* 535 5\.7\.8 /);
		const bert = account(firstMailHome, "bert");
		const { stdout } = await lab().internet.exec([
			...["swaks", "--server", mailName, "--port", "465", "--tlsc", "--auth", "PLAIN"],
			...["--auth-user", bert.login, "--auth-password", "correct horse"],
			...["--from", anna.login, "--to", far, "--quit-after", "RCPT"],
		]);
		expect(stdout).toMatch(/<~\* 553 5\.7\.1 .*not owned by user bert@example\.org/);
	});

	it("serves real mail programs: msmtp by 587, mbsync and curl by 993, with the name's certificate", async () => {
		const { clients } = system();
		const sent = await clients.msmtp(anna, { to: `bert@${domain}`, subject: "by msmtp" });
		expect(sent.exitCode, sent.stderr).toBe(0);
		await system().arrives("by msmtp", { to: "bert" });
		const fetched = await clients.fetch(account(firstMailHome, "bert"));
		expect(fetched.join()).toMatch(/^Subject: by msmtp$/m);
		expect((await clients.imap(anna, "STATUS INBOX (MESSAGES)")).stdout).toMatch(/MESSAGES \d/);
		for (const port of [465, 587, 993])
			expect(await clients.tls(anna, port)).toContain("Verify return code: 0 (ok)");
	});

	doctorAtBothEnds(system);
	mailProgramsDay(system);
	bansThatWork(system);
	certificateByDns(system);
});
