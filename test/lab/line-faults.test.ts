import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { freeze } from "../chaos/freeze.ts";
import { putRouterBetween } from "./double-nat.ts";
import { addresses } from "./network.ts";
import { inPrefix } from "./router.ts";
import { domain, mailName, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";
import { allIsWell, beginnings, homeTells, relayTells } from "./well.ts";

describeLab("a line that is not as it should be", () => {
	const scene = useScene();
	const lab = () => scene().lab;
	const home = () => lab().home;
	const isUp = async () => (await scene().agentStatus()).tunnel.up;
	const handOver = async (subject: string) => {
		const { accepted, transcript } = await lab().internet.sendMail({ to: `anna@${domain}`, subject });
		expect(accepted, transcript).toBe(true);
	};
	const now = () => home().run(["date", "+%s"]);
	const outer = async () => (await scene().agentStatus()).tunnel.endpoint?.address;
	const answers = (type: string, address: string, timeout = 60_000) =>
		until(
			`${type} is ${address}`,
			async () => (await lab().internet.dig(mailName, type)).join() === address,
			timeout,
		);

	beforeAll(() => allIsWell(scene()));

	it("and is gone for a second: nothing is said of that, and mail that came meanwhile arrives", async () => {
		const began = await now();
		await lab().router.lineDown();
		await handOver("during a second without a line");
		await sleep(1_000);
		await lab().router.lineUp();
		await scene().arrives("during a second without a line", { timeout: 60_000 });
		await allIsWell(scene());
		expect(
			await beginnings(home(), "heimweg", began, /tunnel interface set up|is set as the tunnel's peer/),
		).toBe(0);
	});

	it("and is gone for 45 s: both sides say so, and a thousand mails that waited arrive once each", {
		timeout: 300_000,
	}, async () => {
		await lab().router.lineDown();
		const end = Date.now() + 45_000;
		await Promise.all([homeTells(scene(), "relay.tunnel_down"), relayTells(scene(), "pulse.home_away")]);
		expect((await scene().agentStatus()).mailFlows).toBe(false);
		const { exitCode, stderr } = await lab().internet.exec(
			[
				...["smtp-source", "-m", "1000", "-s", "20", "-l", "1000", "-S", "one of a thousand"],
				...["-M", "sender.test", "-f", "someone@sender.test", "-t", `bert@${domain}`, addresses.relay.ipv4],
			],
			{ timeout: 120_000 },
		);
		expect(exitCode, stderr).toBe(0);
		await sleep(Math.max(0, end - Date.now()));
		await lab().router.lineUp();
		const count = ["sh", "-c", "grep -l '^Subject: one of a thousand' /home/bert/Maildir/new/* | wc -l"];
		await until("all are in the mailbox", async () => Number(await home().run(count)) === 1_000, 120_000);
		await allIsWell(scene());
	});

	it("because the home sleeps: the relay says so, and all goes on when it wakes up", async () => {
		await freeze(lab(), "home", true);
		try {
			await relayTells(scene(), "pulse.home_away");
			await handOver("while the home sleeps");
			// So long that its pulses are late when it wakes up.
			await sleep(10_000);
		} finally {
			await freeze(lab(), "home", false);
		}
		await scene().arrives("while the home sleeps", { timeout: 60_000 });
		await allIsWell(scene());
	});

	it("and loses a fifth of all packets: that is said, the tunnel does not come and go, and mail arrives", {
		timeout: 480_000,
	}, async () => {
		const beganToLose = await now();
		await lab().router.loss(20);
		try {
			await homeTells(scene(), "relay.packets_lost", 120_000);
			const known = await now();
			await scene().deliver("through 20 % loss", { timeout: 180_000 });
			await sleep(10_000);
			const lines = (since: string, sentence: RegExp) => beginnings(home(), "heimweg", since, sentence);
			// It is chance that is tested: a few lines, not one for every few seconds.
			expect(await lines(known, /no answer from the relay/)).toBeLessThanOrEqual(2);
			const said = await lines(beganToLose, /were lost: mail comes and goes/);
			expect(said).toBeGreaterThanOrEqual(1);
			expect(said).toBeLessThanOrEqual(2);
		} finally {
			await lab().router.loss(0);
		}
		// A check-ip service that the losses kept from answering is asked again after a minute.
		await allIsWell(scene(), 150_000);
	});

	it("and has IPv4 alone, then IPv6 alone, then both: the tunnel and the mail follow", async () => {
		const own6 = `${inPrefix(lab().router.prefix, 0x20)}/64`;
		await home().write(
			"/etc/resolv.conf",
			`nameserver ${addresses.services.ipv4}\nnameserver ${addresses.services.ipv6}\n`,
		);
		const via = (family: 4 | 6) => async () =>
			(await isUp()) && (await outer()) === addresses.relay[family === 4 ? "ipv4" : "ipv6"];
		const { ip } = home().namespace;
		await ip("route del default via fe80::1 dev eth0", `address del ${own6} dev eth0`);
		await scene().deliver("with IPv4 alone");
		await ip(
			"route del default via 192.168.178.1",
			`address add ${own6} dev eth0`,
			"route add default via fe80::1 dev eth0",
		);
		await until("the tunnel goes over IPv6", via(6), 60_000);
		await scene().deliver("with IPv6 alone", { timeout: 60_000 });
		await answers("AAAA", own6.replace("/64", ""));
		await ip("route add default via 192.168.178.1");
		await until("the tunnel goes over IPv4", via(4), 60_000);
		await scene().deliver("with both");
		await allIsWell(scene(), 90_000);
	});

	it("and has a dead resolver: a tunnel that has to be made anew takes the relay's last address", async () => {
		await home().write("/etc/resolv.conf", "nameserver 192.0.2.99\n");
		await home().run(["systemctl", "stop", "heimweg"]);
		await home().run(["ip", "link", "del", "hw0"]);
		await home().run(["systemctl", "start", "heimweg"]);
		await homeTells(scene(), "relay.name_unresolved");
		await homeTells(scene(), "dns.failing");
		await scene().deliver("without a resolver", { timeout: 60_000 });
		await home().write("/etc/resolv.conf", `nameserver ${addresses.services.ipv4}\n`);
		await allIsWell(scene(), 120_000);
	});

	it("because the relay's name points elsewhere: the way back is found when it is right again", async () => {
		const point = async (ipv4: string, ipv6: string) => {
			const replace = ["pdnsutil", "replace-rrset", "example.net", "relay"];
			for (const [type, address] of Object.entries({ A: ipv4, AAAA: ipv6 })) {
				const { exitCode, stderr } = await lab().internet.exec([...replace, type, "60", address]);
				expect(exitCode, stderr).toBe(0);
			}
		};
		await point("203.0.113.99", "2001:db8:1::99");
		await home().run(["systemctl", "stop", "heimweg"]);
		await home().run(["ip", "link", "del", "hw0"]);
		await home().run(["systemctl", "start", "heimweg"]);
		await homeTells(scene(), "relay.tunnel_down");
		await relayTells(scene(), "pulse.home_away");
		await handOver("while the name points elsewhere");
		await point(addresses.relay.ipv4, addresses.relay.ipv6);
		await scene().arrives("while the name points elsewhere", { timeout: 90_000 });
		await allIsWell(scene(), 90_000);
	});

	it("and whose router keeps a dead translation: the tunnel goes out from another port", async () => {
		const port = async () => Number(await home().run(["wg", "show", "hw0", "listen-port"]));
		const before = await port();
		const began = await now();
		await lab().router.namespace.nft(`
table inet dead_translation {
	chain forwarded { type filter hook forward priority 0; udp sport ${before} drop; udp dport ${before} drop; }
}`);
		await until("the tunnel goes out from another port", async () => (await port()) !== before);
		await scene().deliver("past a dead translation", { timeout: 60_000 });
		expect(await beginnings(home(), "heimweg", began, /no answer from the relay/)).toBeGreaterThan(0);
		await allIsWell(scene());
		await lab().router.namespace.nft("delete table inet dead_translation");
	});

	it("and goes through two routers: the outer one's address is published, and its change is followed", async () => {
		const outerRouter = await putRouterBetween(lab());
		await answers("A", outerRouter.address);
		await scene().deliver("through two routers");
		await answers("A", await outerRouter.changeAddress());
		await scene().deliver("after the outer router's address changed");
		await allIsWell(scene());
		expect(holds(await scene().agentStatus(), "address.not_public")).toBe(false);
	});
});
