import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Device, openDevice } from "./imap-idle.ts";
import { account } from "./mail-clients.ts";
import { firstMailHome, maildir } from "./mail-home.ts";
import { imapLogin } from "./mail-programs.ts";
import { addresses } from "./network.ts";
import { type Scene, tunnel, until } from "./scene.ts";
import { secondDomain } from "./second-home.ts";
import { secondMailHome, secondName } from "./second-mail-home.ts";
import type { MailSystem } from "./use-mail-system.ts";

/** What a mail program sees of a day at home, through the relay. */
export function mailProgramsDay(system: () => MailSystem): void {
	describe("two devices that wait for mail through the relay", () => {
		const lab = () => system().lab;
		const at = addresses.relay.ipv4;
		const anna = { ...account(firstMailHome, "anna"), at };
		const bert = { ...account(firstMailHome, "bert"), at };
		let devices: Device[];
		let messages: number;
		let neighbour: Scene;

		beforeAll(async () => {
			devices = await Promise.all([openDevice(lab().internet, anna), openDevice(lab().internet, anna)]);
			messages = devices[0]!.exists();
		});

		afterAll(() => {
			for (const device of devices ?? []) device.close();
		});

		/** Sends one, by 465 through the relay, and waits until both devices have heard of it on the connections they have. */
		async function sendAndHear(subject: string): Promise<void> {
			const sent = await system().clients.send(bert, { to: anna.login, subject });
			expect(sent.exitCode, sent.stdout.slice(-1_000)).toBe(0);
			messages++;
			for (const device of devices) await device.hears(messages, 60_000);
		}

		it("hear of a mail that was sent by 465 with a password", async () => {
			await sendAndHear("good morning");
			expect(await lab().home.journal("--boot", "--grep", "imap-login: Logged in")).toContain(
				"rip=203.0.113.1,",
			);
		});

		it("keep their connections when the relay gets another home, of Debian 12, with a name of its own", async () => {
			neighbour = await secondMailHome(system());
			expect(await imapLogin(lab().internet, { name: secondName, user: "anna" })).toContain("Logged in");
			await sendAndHear("with a neighbour");
		});

		it("keep them when the provider gives the line another address, and both homes have mail and mailboxes", async () => {
			await lab().router.changeAddress();
			await sendAndHear("from another address");
			await lab().router.changeAddress();
			await Promise.all([
				sendAndHear("and another"),
				lab().internet.sendMail({ to: `anna@${secondDomain}`, subject: "to the neighbour" }),
			]);
			await neighbour.arrives("to the neighbour", { to: "anna", timeout: 60_000 });
			expect(await imapLogin(lab().internet, { name: secondName, user: "anna" })).toContain("Logged in");
		});

		it("keep them when heimweg-relay and heimweg are started anew", async () => {
			await lab().relay.run(["systemctl", "restart", "heimweg-relay"]);
			await lab().home.run(["systemctl", "restart", "heimweg"]);
			await until("the tunnel is up", async () => (await system().agentStatus()).tunnel.up);
			await sendAndHear("after two restarts");
		});

		it("get an attachment of 20 MB whose sending the change of the line's address interrupts", async () => {
			const letter = { to: anna.login, subject: "large", attachment: 20_000_000 };
			// No faster than a line, so that there is a middle of it.
			const { router, home } = lab();
			const slow = "udp sport 51820 limit rate over 3 mbytes/second burst 500 kbytes drop";
			await router.namespace.nft(
				`table inet slow { chain forward { type filter hook forward priority 1; ${slow}; }; }`,
			);
			const arriving = `ss -Htn state established "( sport = :10465 )" | grep -q "${tunnel.relay[0]}"`;
			const sending = system().clients.send(bert, letter);
			await until("it is on its way", async () => (await home.exec(["sh", "-c", arriving])).exitCode === 0);
			await lab().router.changeAddress();
			const sent = await sending;
			await router.namespace.nft("delete table inet slow");
			expect(sent.exitCode, sent.stdout.slice(-1_000)).toBe(0);
			messages++;
			for (const device of devices) await device.hears(messages, 60_000);
			const sizes = await lab().home.run(["find", maildir(firstMailHome, "anna"), "-size", "+25000k"]);
			expect(sizes.split("\n")).toHaveLength(1);
			expect(devices.map((device) => device.isOpen())).toEqual([true, true]);
		});
	});
}
