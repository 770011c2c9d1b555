import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { domain, mailboxes, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";

describeLab("mail that waits on the relay", () => {
	const scene = useScene();
	const lab = () => scene().lab;
	const patience = 60_000;

	const waiting = async () => (await scene().relayStatus()).homes[0]?.waiting?.mails ?? 0;
	const silent = async () => holds(await scene().relayStatus(), "queue.mail_server_silent");
	const isHere = async () => (await scene().relayStatus()).homes[0]?.here ?? false;

	/** Hands over mails of this story from the internet, one after the other. */
	async function send(story: string, count: number, apart = 0): Promise<string[]> {
		const subjects = Array.from({ length: count }, (_, number) => `${story} ${number}`);
		for (const [number, subject] of subjects.entries()) {
			const to = `${mailboxes[number % mailboxes.length]}@${domain}`;
			const { accepted, transcript } = await lab().internet.sendMail({ to, subject });
			expect(accepted, transcript).toBe(true);
			await sleep(apart);
		}
		return subjects;
	}

	/** All of them come, each once, and nothing is left on the relay. */
	async function allArrive(subjects: readonly string[]): Promise<void> {
		for (const [number, subject] of subjects.entries()) {
			const to = mailboxes[number % mailboxes.length]!;
			await scene().arrives(subject, { to, timeout: patience });
		}
		const folders = mailboxes.map((mailbox) => `/home/${mailbox}/Maildir/new`);
		const pattern = `^Subject: ${subjects[0]!.replace(/ \d+$/, "")} `;
		const found = await lab().home.run(["grep", "-rlE", pattern, ...folders]);
		expect(found.split("\n")).toHaveLength(subjects.length);
		await until("nothing waits any more", async () => (await waiting()) === 0, patience);
	}

	it("goes home by itself, all of it, when the line is back", async () => {
		await lab().router.lineDown();
		const subjects = await send("line", 8, 500);
		await until("the mails wait", async () => (await waiting()) === 8, patience);
		const { since, oldest } = (await scene().relayStatus()).homes[0]!.waiting!;
		expect(Date.parse(oldest)).toBeLessThanOrEqual(Date.parse(since));
		await lab().router.lineUp();
		await allArrive(subjects);
	});

	it("goes home when it was the mail server alone that was down, and both sides tell of it meanwhile", async () => {
		await lab().home.run(["systemctl", "stop", "postfix"]);
		const subjects = await send("server", 6);
		await until("the mails wait", async () => (await waiting()) === 6, patience);
		await until("the relay tells that the mail server is silent", silent, patience);
		expect(await isHere()).toBe(true);
		await lab().home.run(["systemctl", "restart", "heimweg"]);
		await until(
			"the agent tells how many mails wait",
			async () => (await scene().agentStatus()).checkin?.waiting?.mails === 6,
			patience,
		);
		await lab().home.run(["systemctl", "start", "postfix"]);
		await allArrive(subjects);
		expect(await silent()).toBe(false);
		await until(
			"the agent tells of none any more",
			async () => (await scene().agentStatus()).checkin?.waiting === undefined,
			patience,
		);
	});

	it("goes home also when the companion was killed while it waited, and the line came back before it", async () => {
		await lab().router.lineDown();
		const subjects = await send("killed", 4);
		await until("the mails wait", async () => (await waiting()) === 4, patience);
		await lab().relay.run(["systemctl", "kill", "--signal=KILL", "heimweg-relay"]);
		await lab().router.lineUp();
		await allArrive(subjects);
	});

	it("has never bounced", async () => {
		const log = await lab().relay.journal("--boot", "--unit", "postfix*");
		expect(log).toContain("status=deferred");
		expect(log).toContain("status=sent");
		expect(log).not.toContain("status=bounced");
	});
});
