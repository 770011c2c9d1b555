import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import type { Host } from "./host.ts";
import { homeFile, mailName, until, wireguardKeys } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, routeOf, useScene } from "./use-scene.ts";
import { allIsWell } from "./well.ts";

const maps = "/var/lib/heimweg-relay/maps";
const homes = "/etc/heimweg-relay/homes.d";

const mainPid = async (host: Host, unit: string) =>
	Number(await host.run(["systemctl", "show", "--value", "--property=MainPID", unit]));

const helper = "heimweg-wireguard-go@hw0";

describeLab("a restart is not an outage", () => {
	const scene = useScene();
	const home = () => scene().lab.home;
	const relay = () => scene().lab.relay;
	const sides = () => [
		{ host: home(), unit: "heimweg", config: "/etc/heimweg/heimweg.toml", port: 8650 },
		{ host: relay(), unit: "heimweg-relay", config: "/etc/heimweg-relay/relay.toml", port: 8651 },
	];
	let helpers: number[] = [];

	const interfacesMade = async () => {
		const journals = await Promise.all(sides().map(({ host, unit }) => host.journal("--boot", "-u", unit)));
		return journals.join("\n").match(/tunnel interface set up/g)?.length;
	};

	beforeAll(async () => {
		await allIsWell(scene());
		helpers = await Promise.all(sides().map(({ host }) => mainPid(host, helper)));
	});

	it("lets mail flow while both daemons are stopped, and adopts everything when they start", async () => {
		const made = await interfacesMade();
		for (const { host, unit } of sides()) await host.run(["systemctl", "stop", unit]);
		await scene().deliver("while both daemons are stopped");
		expect(await scene().lab.internet.dig(mailName, "A")).toEqual([scene().lab.router.address]);
		for (const { host, unit } of sides()) await host.run(["systemctl", "start", unit]);
		await allIsWell(scene());
		await scene().deliver("after both started again");
		expect(await interfacesMade()).toBe(made);
	});

	it("lets mail flow when both daemons are killed, and systemd starts them again", async () => {
		const made = await interfacesMade();
		const before = await Promise.all(sides().map(({ host, unit }) => mainPid(host, unit)));
		for (const { host, unit } of sides())
			await host.run(["systemctl", "kill", "--kill-whom=main", "-s", "KILL", unit]);
		await scene().deliver("right after both were killed");
		await until("both run again", async () => {
			const after = await Promise.all(sides().map(({ host, unit }) => mainPid(host, unit)));
			return after.every((pid, i) => pid > 0 && pid !== before[i]);
		});
		await allIsWell(scene());
		expect(await interfacesMade()).toBe(made);
	});

	it("takes a new configuration on reload, in the same process", async () => {
		for (const { host, unit, config, port } of sides()) {
			const before = await mainPid(host, unit);
			const old = await host.read(config);
			await host.write(config, `${old}\n[http]\nlisten = "127.0.0.1:${port + 10}"\n`);
			await host.run(["systemctl", "reload", unit]);
			const asks = (at: number) =>
				host.exec([
					"node",
					"-e",
					`fetch("http://127.0.0.1:${at}/livez").then((r) => process.exit(r.ok ? 0 : 1))`,
				]);
			await until(`${unit} listens on its new port`, async () => (await asks(port + 10)).exitCode === 0);
			expect((await asks(port)).exitCode).not.toBe(0);
			await host.write(config, old);
			await host.run(["systemctl", "reload", unit]);
			await until(`${unit} listens on its old port`, async () => (await asks(port)).exitCode === 0);
			expect(await mainPid(host, unit)).toBe(before);
		}
		await allIsWell(scene());
		await scene().deliver("after two reloads");
	});

	it("keeps the old configuration when the new one is wrong, and says what is wrong", async () => {
		for (const { host, unit, config } of sides()) {
			const before = await mainPid(host, unit);
			const old = await host.read(config);
			await host.write(config, old.replace("[tunnel]\n", '[tunnel]\nmtu = "many"\n'));
			// Past what "systemctl reload" looks at before.
			await host.run(["systemctl", "kill", "--kill-whom=main", "--signal=HUP", unit]);
			await until(`${unit} says what is wrong`, async () =>
				/reload refused.*tunnel\.mtu/.test(await host.journal("-u", unit, "-p", "err", "-n", "5")),
			);
			await host.write(config, old);
			expect(await mainPid(host, unit)).toBe(before);
		}
		await allIsWell(scene());
		await scene().deliver("after a refused reload");
	});

	it("never restarted wireguard-go for any of that", async () => {
		expect(await Promise.all(sides().map(({ host }) => mainPid(host, helper)))).toEqual(helpers);
	});

	it("makes the tunnel anew when somebody deletes the interface, on either side", async () => {
		for (const { host } of sides()) {
			await host.run(["ip", "link", "del", "hw0"]);
			await until("the interface is back with its addresses", async () =>
				(await host.run(["ip", "-brief", "address", "show", "dev", "hw0"])).includes("10.86.0."),
			);
			await allIsWell(scene());
			await scene().deliver(`after hw0 was deleted on ${host.role}`, { timeout: 60_000 });
		}
	});

	it("comes back when wireguard-go is killed, on either side", async () => {
		for (const { host } of sides()) {
			await host.run(["systemctl", "kill", "-s", "KILL", helper]);
			await sleep(500);
			await allIsWell(scene());
			await scene().deliver(`after wireguard-go was killed on ${host.role}`, { timeout: 60_000 });
		}
	});

	it("adds a peer again that somebody removed, on either side", async () => {
		for (const { host } of sides()) {
			const peer = await host.run(["wg", "show", "hw0", "peers"]);
			await host.run(["wg", "set", "hw0", "peer", peer, "remove"]);
			await until("the peer is back", async () => (await host.run(["wg", "show", "hw0", "peers"])) === peer);
			await allIsWell(scene());
		}
		await scene().deliver("after both peers were removed", { timeout: 60_000 });
	});

	it("leaves the sockets of other tunnels in /run/wireguard alone, also when wireguard-go is started anew", async () => {
		const other = "/run/wireguard/other0.sock";
		const who = (path: string) => home().run(["stat", "-c", "%U:%G %a", path]);
		await home().run(["systemd-run", "--unit=other0", "wireguard-go", "-f", "other0"]);
		await until(
			"the other tunnel is there",
			async () => (await home().exec(["test", "-S", other])).exitCode === 0,
		);
		const before = await who(other);
		await home().run(["systemctl", "restart", helper]);
		expect(before).toMatch(/^root:root /);
		expect(await who(other)).toBe(before);
		expect(await who("/run/wireguard")).toBe("root:heimweg 1770");
		const { stderr } = await home().exec(["runuser", "-u", "heimweg", "--", "rm", "-f", other]);
		expect(stderr).toContain("Operation not permitted");
		await home().run(["wg", "show", "other0"]);
		await home().run(["systemctl", "stop", "other0"]);
		await allIsWell(scene());
	});

	/** By event: the look by the clock comes once a minute, and could not be in time again and again. */
	async function guardReturns(host: Host): Promise<void> {
		const script =
			"nft flush ruleset; until nft list table inet heimweg >/dev/null 2>&1; do sleep 0.05; done";
		for (let round = 0; round < 5; round += 1) await host.run(["sh", "-c", script], { timeout: 10_000 });
	}

	it("repairs guard tables and maps that somebody destroyed, and says so", async () => {
		for (const { host } of sides()) await guardReturns(host);
		await relay().write(`${maps}/transport.lmdb`, "this is no database");
		await relay().run(["rm", `${maps}/relay_domains.lmdb`]);
		const mapsStand = async () => {
			await relay().run(["postmap", "-q", "example.org", `lmdb:${maps}/relay_domains`]);
			return (await routeOf(relay(), "example.org")) === "heimweg:[10.86.0.2]:25";
		};
		await until("the maps stand again, long before anybody looks by the clock", mapsStand, 10_000);
		for (const { host, unit } of sides())
			await until(`${unit} tells of it`, async () =>
				(await host.journal("-u", unit, "-p", "warning")).includes("guards the tunnel addresses"),
			);
		const told = await relay().journal("-u", "heimweg-relay", "-p", "warning");
		expect(told).toContain(`${maps}/transport.lmdb is missing or damaged`);
		expect(told).toContain(`${maps}/relay_domains.lmdb is missing or damaged`);
		await relay().run(["rm", "-r", maps]);
		await until("the maps are back with their folder", mapsStand, 10_000);
		await relay().run(["rm", `${maps}/transport.lmdb`]);
		await until("a map of the new folder is back", mapsStand, 10_000);
		await allIsWell(scene());
	});

	it("serves a home whose file is added, keeps it when the file breaks, and lets it go with the file", async () => {
		const file = `${homes}/carl.toml`;
		const text = homeFile(wireguardKeys().publicKey, ["carl.test"])
			.replaceAll("::2", "::3")
			.replace("0.2", "0.3");
		const status = () => scene().relayStatus();
		await relay().write(file, text);
		await until(
			"carl is routed",
			async () => (await routeOf(relay(), "carl.test")) === "heimweg:[10.86.0.3]:25",
		);
		await relay().write(file, text.replace("domains =", "domain ="));
		await until("the broken file is reported", async () => holds(await status(), "homes.file_wrong"));
		expect(await routeOf(relay(), "carl.test")).toBe("heimweg:[10.86.0.3]:25");
		await relay().write(file, text.replace('["carl.test"]', '["carl.test", "example.org"]'));
		await until("the claim is reported", async () => holds(await status(), "homes.refused"));
		expect(holds(await status(), "homes.file_wrong")).toBe(false);
		expect(await routeOf(relay(), "example.org")).toBe("heimweg:[10.86.0.2]:25");
		await scene().deliver("while another home claims the domain");
		await relay().write(file, text.replace('["carl.test"]', '["carl.test", "carl2.test"]'));
		await until("the repaired file is applied", async () => (await routeOf(relay(), "carl2.test")) !== "");
		await relay().run(["rm", file]);
		await until("carl is gone", async () => (await status()).homes.length === 1, 40_000);
		await until("carl's mail is deferred", async () =>
			(await routeOf(relay(), "carl.test")).startsWith("retry:"),
		);
		await allIsWell(scene());
	});

	it("refuses to take the tunnel away while a daemon runs or mail waits, and else takes everything away", async () => {
		for (const { host, unit } of sides()) {
			const { exitCode, stderr } = await host.exec([unit, "down"]);
			expect(exitCode).toBe(1);
			expect(stderr).toContain(`systemctl stop ${unit}`);
		}
		const gone = async (host: Host) => {
			expect((await host.exec(["ip", "link", "show", "hw0"])).exitCode).not.toBe(0);
			expect((await host.exec(["nft", "list", "table", "inet", "heimweg"])).exitCode).not.toBe(0);
		};
		await home().run(["systemctl", "stop", "heimweg"]);
		await home().run(["heimweg", "down"]);
		await gone(home());
		const mail = await scene().lab.internet.sendMail({
			to: "anna@example.org",
			subject: "while home is down",
		});
		expect(mail.accepted).toBe(true);
		await relay().run(["systemctl", "stop", "heimweg-relay"]);
		const refused = await relay().exec(["heimweg-relay", "down"]);
		expect(refused.exitCode).toBe(1);
		expect(refused.stderr).toContain("mail waits");
		expect((await relay().exec(["ip", "link", "show", "hw0"])).exitCode).toBe(0);
		await relay().run(["heimweg-relay", "down", "--force"]);
		await gone(relay());
		for (const { host, unit } of sides()) await host.run(["systemctl", "start", unit]);
		await allIsWell(scene());
		await scene().arrives("while home is down", { timeout: 90_000 });
	});

	it("comes back by itself when the home's power was cut", async () => {
		await home().powerCut();
		await sleep(1_000);
		await home().boot();
		await allIsWell(scene(), 120_000);
		await scene().deliver("after the home's power was cut", { timeout: 60_000 });
	});

	it("comes back by itself when the relay's power was cut", async () => {
		await relay().powerCut();
		await sleep(1_000);
		const { seconds } = await relay().boot();
		const booted = Date.now();
		await until("the tunnel is up", async () => (await scene().agentStatus()).tunnel.up, 60_000);
		const wait = (Date.now() - booted) / 1_000;
		console.log(
			`the relay booted in ${seconds.toFixed(1)} s; pulses were answered ${wait.toFixed(1)} s after that`,
		);
		await allIsWell(scene(), 120_000);
		await scene().deliver("after the relay's power was cut", { timeout: 60_000 });
		// A machine that just booted cannot use its IPv6 addresses for a second or two; that is no loss of the family.
		expect(await home().journal("--boot", "-u", "heimweg")).not.toContain("IPv6 is gone");
	});
});
