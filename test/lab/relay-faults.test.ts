import { expect, it } from "vitest";
import { initiation } from "./handshake.ts";
import { domain, homeFile, homeId, mailboxes, type Scene, until, wireguardKeys } from "./scene.ts";
import { secondDomain, secondHome, secondId } from "./second-home.ts";
import { describeLab } from "./use-lab.ts";
import { useScene } from "./use-scene.ts";
import { allIsWell, homeTells, relayTells } from "./well.ts";

const day = 86_400_000;
const helper = "heimweg-wireguard-go@hw0";

/** A node script that sends a datagram from a port, and prints the first answer; exits with 1 when none comes. */
const askFrom = (port: number, to: { address: string; port: number }, datagram: Buffer) => `
	const socket = require("node:dgram").createSocket("udp4");
	socket.on("message", (answer) => { console.log(answer.toString("hex")); process.exit(); });
	socket.bind(${port}, () => socket.send(Buffer.from("${datagram.toString("hex")}", "hex"), ${to.port}, "${to.address}"));
	setTimeout(() => process.exit(1), 5_000);`;

describeLab("a relay that does not let a home in, or nobody", () => {
	const scene = useScene();
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;
	const handOver = async (subject: string, to = `${mailboxes[0]}@${domain}`) => {
		const { accepted, transcript } = await scene().lab.internet.sendMail({ to, subject });
		expect(accepted, transcript).toBe(true);
	};

	it("because the home's file has a wrong key: both sides say so until the key is right", async () => {
		await allIsWell(scene());
		const path = `/etc/heimweg-relay/homes.d/${homeId}.toml`;
		await relay().write(path, homeFile(wireguardKeys().publicKey));
		await Promise.all([homeTells(scene(), "relay.tunnel_down"), relayTells(scene(), "pulse.home_away")]);
		const told = [...(await scene().agentStatus()).conditions, ...(await scene().relayStatus()).conditions];
		const remedies = told.filter(({ code }) => ["relay.tunnel_down", "pulse.home_away"].includes(code));
		for (const { remedy } of remedies) expect(remedy).toContain("compare the keys");
		await handOver("with a wrong key");
		await relay().write(path, homeFile(scene().keys.home.publicKey));
		await scene().arrives("with a wrong key", { timeout: 60_000 });
		await allIsWell(scene());
	});

	it("because the home's clock was a day ahead: WireGuard locks it out, and the companion lets it in again", async () => {
		// It writes down what it drops, and has forgotten every handshake.
		const dropIn = `/etc/systemd/system/${helper}.service.d/verbose.conf`;
		await relay().write(dropIn, "[Service]\nEnvironment=LOG_LEVEL=verbose\n");
		await relay().run(["systemctl", "daemon-reload"]);
		const { home: own, relay: peer } = scene().keys;
		await home().run(["systemctl", "stop", "heimweg"]);
		const port = Number(await home().run(["wg", "show", "hw0", "listen-port"]));
		await home().run(["wg", "set", "hw0", "listen-port", "0", "peer", peer.publicKey, "remove"]);
		await relay().run(["systemctl", "restart", helper]);
		const peers = ["wg", "show", "hw0", "peers"];
		await until("the relay has its peer again", async () => (await relay().run(peers)) === own.publicKey);
		// Without the companion it stays as it is.
		await relay().run(["systemctl", "stop", "heimweg-relay"]);

		const ahead = initiation({ ...own, publicKey: peer.publicKey, at: new Date(Date.now() + day) });
		const script = askFrom(port, { address: "203.0.113.10", port: 51820 }, ahead);
		expect(await home().run(["node", "-e", script]), "a handshake response").toMatch(/^02000000.{176}$/);
		await home().run(["wg", "set", "hw0", "listen-port", String(port)]);
		await home().run(["systemctl", "start", "heimweg"]);
		const replays = async () =>
			(await relay().journal("--boot", "--unit", helper)).match(/handshake replay/g)?.length ?? 0;
		await until(
			"what the home sends is dropped, again and again",
			async () => (await replays()) >= 3,
			60_000,
		);
		await homeTells(scene(), "relay.tunnel_down");

		await relay().run(["systemctl", "start", "heimweg-relay"]);
		await relayTells(scene(), "pulse.home_away");
		// No mail until then: a delivery makes the relay's WireGuard begin a handshake too.
		await allIsWell(scene(), 90_000);
		await scene().deliver("after the clock was put right");
	});

	it("because Postfix is stopped: it says so, and takes mail again when Postfix is started", async () => {
		await relay().run(["systemctl", "stop", "postfix"]);
		await relayTells(scene(), "postfix.not_running");
		expect((await scene().relayStatus()).mailFlows).toBe(false);
		await relay().run(["systemctl", "start", "postfix"]);
		await scene().deliver("after Postfix was started again");
		await allIsWell(scene());
	});

	it("lets two in that went at the same time, each with its own mail", async () => {
		const second = await secondHome(scene());
		const homes: Array<[Scene, string]> = [
			[scene(), domain],
			[second, secondDomain],
		];
		await allIsWell(second);
		await scene().lab.router.lineDown();
		const away = async () =>
			(await scene().relayStatus()).conditions.flatMap((c) =>
				c.code === "pulse.home_away" ? [c.subject] : [],
			);
		await until("both are away", async () => (await away()).sort().join() === `${homeId},${secondId}`);
		for (const [, at] of homes)
			for (const mailbox of mailboxes) await handOver(`to ${mailbox} at ${at}`, `${mailbox}@${at}`);
		await scene().lab.router.lineUp();
		for (const [one, at] of homes)
			for (const to of mailboxes) await one.arrives(`to ${to} at ${at}`, { to, timeout: 60_000 });
		await allIsWell(scene());
		for (const [one, at] of homes) {
			const mails = await one.lab.home.run(["sh", "-c", "cat /home/*/Maildir/new/*"]);
			const others = homes.filter(([, other]) => other !== at);
			for (const [, other] of others)
				expect(mails).not.toMatch(new RegExp(`^Subject: to .* at ${other}$`, "m"));
		}
	});
});
