import { beforeAll, expect, test } from "vitest";
import { encodeInvitation, readCode } from "../../shared/invitation/code.ts";
import { seedKeys } from "../../shared/invitation/secrets.ts";
import { enrolmentAddress } from "../../shared/invitation/slots.ts";
import type { Outcome } from "./command.ts";
import { createHost, type Host } from "./host.ts";
import { addresses } from "./network.ts";
import { rootImage } from "./root-image.ts";
import { inPrefix, lifetimes } from "./router.ts";
import { domain, homeId, installed, type Scene, sceneOf, setScene, until } from "./scene.ts";
import { describeLab, useLab } from "./use-lab.ts";
import { holds, routeOf } from "./use-scene.ts";

describeLab("a home joins by a code", () => {
	const lab = useLab();
	let scene: Scene;
	/** Another machine, in the hands of somebody who has got hold of a code. */
	let thief: Host;
	const state = "/var/lib/heimweg-relay/invites";

	beforeAll(async () => {
		const { relay, home } = lab();
		const withInvite = (toml: string) => `${toml}\n[invite]\nendpoint = "relay.example.net"\n`;
		const [made, stranger] = await Promise.all([
			setScene(lab(), { start: false, relayConfig: withInvite }),
			bootStranger(),
		]);
		scene = sceneOf(lab(), made.keys);
		thief = stranger;
		// Postfix stays as it is set up; what the two know of each other comes by a code.
		await home.run(["sh", "-c", "rm /etc/heimweg/heimweg.toml /etc/heimweg/wireguard.key"]);
		await relay.run(["rm", `/etc/heimweg-relay/homes.d/${homeId}.toml`]);
		await relay.run(["systemctl", "enable", "--now", "heimweg-relay"]);
	}, 240_000);

	async function bootStranger(): Promise<Host> {
		const { router, run } = lab();
		const host = await createHost(run, await rootImage(() => {}), {
			card: {
				role: "home2",
				into: router.lan,
				mac: "02:00:00:00:00:21",
				lines: () => [
					`address add ${addresses.home.ipv4.replace("20", "21")}/24 dev eth0`,
					`address add ${inPrefix(router.prefix, 0x21)}/64 dev eth0 ${lifetimes}`,
					"route add default via 192.168.178.1",
					"route add default via fe80::1 dev eth0",
				],
			},
			hostname: "thief.example",
			enable: ["postfix"],
		});
		await host.boot();
		await installed(host, "home");
		return host;
	}

	async function invite(...more: string[]): Promise<string> {
		return lab().relay.run(["heimweg-relay", "invite", homeId, ...more]);
	}

	/** What follows on the enrolment has tests of its own. */
	const joinWith = ["heimweg", "join", "--yes", "--no-dns", "--no-mail"];
	const join = (host: Host, code: string, wait = "60s"): Promise<Outcome> =>
		host.exec([...joinWith, "--wait", wait], { input: code, timeout: 120_000 });

	/** Begins to join in the background; the code goes in by a file that only root reads. */
	async function beginJoin(host: Host, code: string): Promise<void> {
		await host.write("/root/code", `${code}\n`, 0o600);
		await host.run(["sh", "-c", `setsid ${joinWith.join(" ")} </root/code >/root/joining 2>&1 &`]);
	}

	const endJoin = (host: Host) => host.exec(["pkill", "-KILL", "-f", "[h]eimweg join"]);
	const has = async (host: Host, path: string) => (await host.exec(["test", "-e", path])).exitCode === 0;
	const wordsIn = (text: string) => /((?:[a-z]+ ){5}[a-z]+)"?$/m.exec(text)?.[1] ?? "";

	/** What the relay lets nothing in from the tunnel, or from outside, on this UDP port with. */
	const shut = (port: number) =>
		lab().relay.run([
			"nft",
			`add table inet shut; add chain inet shut in { type filter hook input priority -400; }; add rule inet shut in udp dport ${port} drop`,
		]);
	const openUp = () => lab().relay.exec(["nft", "delete table inet shut"]);

	/** What Docker makes of a machine, with a network of a composed service, and another VPN beside it. */
	async function asWithDocker(host: Host, composed: string): Promise<void> {
		const bridges = { docker0: "172.17.0.1/16", "br-4f1c2a9d0e37": composed, wg0: "10.8.0.2/24" };
		const lines = Object.entries(bridges).flatMap(([name, address]) => [
			`ip link show ${name} >/dev/null 2>&1 || ip link add ${name} type bridge`,
			`ip address flush dev ${name}; ip address add ${address} dev ${name}; ip link set ${name} up`,
		]);
		await host.run(["sh", "-ec", lines.join("\n")]);
		await host.run(["nft", "-f", "-"], {
			input: `table ip filter {
				chain DOCKER { }
				chain FORWARD {
					type filter hook forward priority filter; policy drop;
					oifname "docker0" ct state established,related accept
					oifname "docker0" jump DOCKER
				}
			}
			table ip nat {
				chain POSTROUTING {
					type nat hook postrouting priority srcnat; policy accept;
					oifname != "docker0" ip saddr 172.17.0.0/16 masquerade
				}
			}`,
		});
	}

	/** Makes this machine one that was never a home. */
	async function forget(host: Host): Promise<void> {
		await host.exec(["systemctl", "disable", "--now", "heimweg"]);
		await host.exec([
			"sh",
			"-c",
			"systemctl stop heimweg-wireguard-go@hw0; ip link del hw0; nft delete table inet heimweg",
		]);
		await host.run([
			"sh",
			"-c",
			"cd /etc/heimweg && rm -f heimweg.toml wireguard.key preshared.key join.json",
		]);
	}

	/** Sets the code's tunnel up by hand, as somebody would who wants more than to join. */
	async function useByHand(host: Host, code: string): Promise<void> {
		const { seed, networks, slot, relayKey, port } = readCode(code);
		const keys = seedKeys(seed);
		await host.write("/root/key", `${keys.bootstrapKey}\n`, 0o600);
		await host.write("/root/preshared", `${keys.bootstrapPresharedKey}\n`, 0o600);
		const peer = `peer ${relayKey} preshared-key /root/preshared endpoint ${addresses.relay.ipv4}:${port}`;
		const script = [
			"systemctl start heimweg-wireguard-go@hw0 || true",
			"ip link show hw0 >/dev/null 2>&1 || ip link add hw0 type wireguard",
			`wg set hw0 private-key /root/key ${peer} remove ${peer} allowed-ips 0.0.0.0/0`,
			`ip address replace ${enrolmentAddress(networks[0]!, slot)}/24 dev hw0`,
			"ip link set hw0 up",
		];
		await host.run(["sh", "-ec", script.join("\n")]);
	}

	/** Which of these take a connection from here: the relay's ports, and another home's. */
	async function reached(host: Host): Promise<string[]> {
		const script = `
			const targets = ["10.86.0.1:8688", "10.86.0.1:25", "10.86.0.1:22", "10.86.0.1:8687", "10.86.0.2:25", "[fd86:5a1e:77::1]:25"];
			const tries = targets.map((target) => new Promise((done) => {
				const [, host, port] = /^\\[?(.*?)\\]?:(\\d+)$/.exec(target);
				const socket = require("node:net").connect({ host, port });
				socket.on("connect", () => done(target)).on("error", () => done());
				setTimeout(done, 2000);
			}));
			Promise.all(tries).then((all) => { console.log(all.filter(Boolean).join(" ")); process.exit(); });`;
		return (await host.run(["node", "-e", script])).split(" ").filter(Boolean);
	}

	/** Nothing is left of a code on the relay but whose key came by it. */
	async function expectNoTrace(code: string): Promise<void> {
		const { relay } = lab();
		const { bootstrapPresharedKey, request } = seedKeys(readCode(code).seed);
		await until("the code's peer is gone", async () => {
			const peers = await relay.run(["wg", "show", "hw0", "allowed-ips"]);
			const table = await relay.run(["nft", "list", "table", "inet", "heimweg"]);
			return !/10\.86\.0\.2[45]\d/.test(peers + table);
		});
		for (const secret of [bootstrapPresharedKey, request.toString("base64")])
			expect((await relay.exec(["grep", "-rqF", secret, "/var/lib/heimweg-relay"])).exitCode).toBe(1);
	}

	test("one command on each side, and mail comes in; until then it waits and none goes back", async () => {
		const { relay, home, internet } = lab();
		const { stdout: code, stderr } = await relay.exec(["heimweg-relay", "invite", homeId, domain]);
		expect(code).toMatch(/^hw1-\S+$/);
		expect(stderr).toContain("heimweg join");
		await until("mail for it waits", async () => (await routeOf(relay, domain)).startsWith("retry:"));
		const early = await internet.sendMail({ to: `anna@${domain}`, subject: "early" });
		expect(early.transcript).toMatch(/450 /);
		expect(await reached(home), "no tunnel, no way").toEqual([]);

		// A network of containers that holds the tunnel's: refused, and nothing is touched.
		await asWithDocker(home, "10.86.0.1/16");
		const refused = await join(home, code);
		expect(refused.stderr).toContain("10.86.0.0/24 overlaps the local route 10.86.0.0/16 on br-4f1c2a9d0e37");
		expect([refused.exitCode, await has(home, "/etc/heimweg/join.json")]).toEqual([78, false]);
		expect(await home.run(["sh", "-c", "ip -o link show; nft list tables"])).not.toMatch(/hw0|heimweg/);

		await asWithDocker(home, "172.18.0.1/16");
		const { stdout, stderr: told } = await join(home, code);
		expect(stdout + told).toContain(`joined as ${homeId}`);
		const invites = await relay.run(["heimweg-relay", "invites"]);
		expect(wordsIn(invites)).toBe(wordsIn(stdout));
		expect(wordsIn(stdout).split(" ")).toHaveLength(6);
		await expectNoTrace(code);
		for (const path of ["/etc/heimweg/join.json", "/run/heimweg-join"])
			expect(await has(home, path)).toBe(false);

		await home.run(["systemctl", "enable", "--now", "heimweg"]);
		await until("the tunnel is up", async () => (await scene.agentStatus()).tunnel.up);
		expect((await scene.relayStatus()).homes[0]).toMatchObject({ id: homeId, here: true });
		await scene.deliver("by a code");
	}, 120_000);

	test("who has the code reaches the port of enrolment alone: before, during and after", async () => {
		const { relay, home } = lab();
		await forget(home);
		const code = await invite("--again");
		await until("the key before is void", async () => {
			const peers = await relay.run(["wg", "show", "hw0", "allowed-ips"]);
			return !peers.includes("10.86.0.2/32");
		});
		await useByHand(thief, code);
		expect(await reached(thief)).toEqual(["10.86.0.1:8688"]);

		// During: the home has redeemed it and was not heard yet.
		await shut(8686);
		await beginJoin(home, code);
		await until("the home is accepted", () => has(home, "/etc/heimweg/heimweg.toml"), 60_000);
		await endJoin(home);
		await useByHand(thief, code);
		expect(await reached(thief)).toEqual(["10.86.0.1:8688"]);
		await forget(thief);
		const second = await join(thief, code);
		expect(second.stderr).toContain("another machine has joined with it");
		expect([second.exitCode, await has(thief, "/etc/heimweg/join.json")]).toEqual([1, false]);
		expect(holds(await scene.relayStatus(), "invite.second_machine")).toBe(true);

		await openUp();
		const { stdout, stderr } = await join(home, "");
		expect(stdout + stderr).toContain(`joined as ${homeId}`);
		await expectNoTrace(code);
		await useByHand(thief, code);
		expect(await reached(thief)).toEqual([]);
		await forget(thief);
		const late = await join(thief, code, "8s");
		expect([late.exitCode, late.stderr]).toEqual([1, expect.stringContaining("does not answer on UDP port")]);
		await home.run(["systemctl", "start", "heimweg"]);
		await scene.deliver("in spite of a thief");
	}, 180_000);

	test("after a power cut on either side, and a restart of the relay, the same command goes on", async () => {
		const { relay, home } = lab();
		await forget(home);
		const code = await invite("--again");
		// The line is cut before anything came through; then the home's power.
		await shut(51_820);
		await beginJoin(home, code);
		await until("it asks", () => has(home, "/etc/heimweg/join.json"), 60_000);
		expect(await home.run(["ps", "-ef", "ww"])).not.toContain(code.slice(4, 30));
		for (const path of ["/etc/heimweg/join.json", "/run/heimweg-join"])
			expect((await home.exec(["runuser", "-u", "nobody", "--", "cat", path])).stderr).toContain("denied");
		await home.powerCut();
		await relay.run(["systemctl", "kill", "--signal=KILL", "heimweg-relay"]);
		await home.boot();
		await openUp();
		// Accepted, and the power goes again before the first pulse; then the relay's too.
		await shut(8686);
		await beginJoin(home, "");
		await until("the home is accepted", () => has(home, "/etc/heimweg/heimweg.toml"), 60_000);
		await home.powerCut();
		await relay.powerCut();
		await Promise.all([home.boot(), relay.boot()]);
		const { stdout, stderr } = await join(home, "");
		expect(stdout + stderr).toContain(`joined as ${homeId}`);
		await expectNoTrace(code);
		await home.run(["systemctl", "enable", "--now", "heimweg"]);
		await scene.deliver("after power cuts");
	}, 240_000);

	test("a code with one character changed, of another relay, or over is refused, and nothing is left", async () => {
		const { relay } = lab();
		await forget(thief);
		const code = await invite("--again");
		const changed = code.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
		const refused = await join(thief, changed);
		expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("not copied whole")]);
		expect(await has(thief, "/etc/heimweg/join.json")).toBe(false);
		await relay.run(["mkdir", "-p", "/etc/heimweg"]);
		const here = await relay.exec(["node", "/root/heimweg/dist/heimweg.js", ...joinWith.slice(1)], {
			input: code,
		});
		expect(here.stderr).toContain("on the relay");

		const elsewhere = encodeInvitation({ ...readCode(code), relayKey: scene.keys.home.publicKey });
		const unheard = await join(thief, elsewhere, "5s");
		expect([unheard.exitCode, unheard.stderr]).toEqual([
			1,
			expect.stringContaining("does not answer on UDP port"),
		]);

		// A day goes by.
		await relay.run(["systemctl", "stop", "heimweg-relay"]);
		await relay.run([
			"sh",
			"-c",
			`cd ${state} && sed -i 's/"created": [0-9]*/"created": 1000/' $(grep -l '"open"' *)`,
		]);
		await relay.run(["systemctl", "start", "heimweg-relay"]);
		await until("it is over", async () => holds(await scene.relayStatus(), "invite.over"));
		expect(await relay.run(["heimweg-relay", "invites"])).toContain("the code is over");
		const late = await join(thief, code, "8s");
		expect([late.exitCode, late.stderr]).toEqual([1, expect.stringContaining("does not answer on UDP port")]);
		expect((await thief.exec(["ip", "link", "show", "hw0"])).exitCode).not.toBe(0);
		expect((await thief.exec(["nft", "list", "table", "inet", "heimweg"])).exitCode).not.toBe(0);
		expect(await routeOf(relay, domain)).toMatch(/^retry:/);
	}, 180_000);

	test("a home is removed in the order that bounces nothing, and a key may be admitted without a code", async () => {
		const { relay, home } = lab();
		expect(await relay.run(["heimweg-relay", "remove", homeId])).toContain("no longer served");
		expect(await has(relay, `/etc/heimweg-relay/homes.d/${homeId}.toml`)).toBe(false);
		expect(await relay.run(["ls", state])).toBe("");
		expect(await routeOf(relay, domain)).toMatch(/^retry:/);
		const key = await home.run(["heimweg", "key"]);
		await relay.run(["heimweg-relay", "admit", homeId, key, domain]);
		const file = await relay.run(["stat", "-c", "%U:%G %a", `/etc/heimweg-relay/homes.d/${homeId}.toml`]);
		expect(file).toBe("root:heimweg 640");
		await until("it is served", async () => (await routeOf(relay, domain)).startsWith("heimweg:"));
		// Without a code there is no preshared key.
		await home.run(["sed", "-i", "/preshared_key_file/d", "/etc/heimweg/heimweg.toml"]);
		await home.run(["systemctl", "restart", "heimweg"]);
		await scene.deliver("admitted by its key");
	}, 120_000);
});
