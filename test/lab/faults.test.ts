import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { putRouterBetween } from "./double-nat.ts";
import { type Fault, faultCalled } from "./faults.ts";
import { addresses } from "./network.ts";
import { domain, mailName, type Scene, until, wireguardKeys } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";
import { allIsWell } from "./well.ts";

/** Until a fault is printed as it should be: some of what it shows is looked at after 20 s, and a busy machine is slow. */
const patience = 60_000;

/** A network that is nobody's documentation: the relay looks only at addresses that may be published. */
const carrier = "185.1.2";

/** Answers on port 993 as a mail server does, with a key of its own. */
const imaps = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout /root/k -out /root/c -subj /CN=x -days 1 2>/dev/null;
systemd-run --quiet --unit imaps openssl s_server -quiet -accept 993 -key /root/k -cert /root/c`;

describeLab("what is printed names cause, machine and first step, when", () => {
	const scene = useScene({
		agentConfig: (toml) =>
			`${toml.replace("[dns]\n", '[dns]\ncheck = "*/10 * * * * *"\n')}\n[reach]\nports = [993]\n`,
	});
	const lab = () => scene().lab;
	const home = () => lab().home;
	const relay = () => lab().relay;
	const print = async ({ at }: Fault) =>
		(await lab()[at].exec([at === "home" ? "heimweg" : "heimweg-relay", "status"])).stdout;

	/** Waits until the status prints all that the list has of it; the error shows what is printed instead. */
	async function isPrinted(name: string): Promise<void> {
		const fault = faultCalled(name);
		const words = [...(fault.code ? [`[${fault.code}]`] : []), ...fault.says, fault.step];
		await until(
			`"${fault.fault}" is printed`,
			async () => {
				const text = await print(fault);
				const missing = words.filter((one) => !text.includes(one));
				if (missing.length > 0) throw new Error(`missing ${JSON.stringify(missing)} in\n${text}`);
				return true;
			},
			patience,
		);
	}

	async function isOver(name: string): Promise<void> {
		const { at, code = "" } = faultCalled(name);
		const status = () => (at === "home" ? scene().agentStatus() : scene().relayStatus());
		await until(`${code} is over`, async () => !holds(await status(), code), patience);
	}

	/** Rules of somebody's firewall on a host, for as long as the work takes. */
	async function behindWall(
		host: Scene["lab"]["home"],
		rule: string,
		work: () => Promise<void>,
	): Promise<void> {
		const chain = `table inet wall { chain in { type filter hook input priority -5; ${rule}; }; }`;
		await host.run(["nft", chain]);
		try {
			await work();
		} finally {
			await host.run(["nft", "delete table inet wall"]);
		}
	}

	async function withKey(side: "home" | "relay", key: string, work: () => Promise<void>): Promise<void> {
		const unit = side === "home" ? "heimweg" : "heimweg-relay";
		const file = `/etc/${unit}/wireguard.key`;
		const before = await lab()[side].read(file);
		const use = async (text: string) => {
			await lab()[side].run(["tee", file], { input: `${text}\n` });
			await lab()[side].run(["systemctl", "restart", unit]);
		};
		await use(key);
		try {
			await work();
		} finally {
			await use(before.trim());
		}
	}

	it("relayFirewall: WireGuard's port is closed on the relay", async () => {
		await allIsWell(scene());
		await behindWall(relay(), "udp dport 51820 drop", () => isPrinted("relayFirewall"));
		await isOver("relayFirewall");
	});

	it("relayInnerFirewall: what comes out of the tunnel is dropped on the relay", async () => {
		await behindWall(relay(), 'iifname "hw0" udp dport 8686 drop', () => isPrinted("relayInnerFirewall"));
		await isOver("relayInnerFirewall");
	});

	it("homeKeyChanged: somebody made a new key at home", async () => {
		await withKey("home", wireguardKeys().privateKey, () => isPrinted("homeKeyChanged"));
		await isOver("homeKeyChanged");
	});

	it("relayKeyChanged: somebody made a new key on the relay", async () => {
		await allIsWell(scene());
		await withKey("relay", wireguardKeys().privateKey, () => isPrinted("relayKeyChanged"));
		await isOver("relayKeyChanged");
	});

	it("the rules are flushed again and again: status tells how often (guardFlushed)", async () => {
		await allIsWell(scene());
		const stands = async () =>
			(await home().exec(["nft", "list", "table", "inet", "heimweg"])).stdout.includes("chain");
		for (let time = 0; time < 3; time++) {
			await home().run(["nft", "flush", "ruleset"]);
			await until("the guard stands again", stands);
			// Each is one that is seen by itself.
			await sleep(1_000);
		}
		await isPrinted("guardFlushed");
	});

	it("somebody changes the A record by hand (recordChanged)", async () => {
		const changed = { subname: "mail", type: "A", ttl: 60, records: ["192.0.2.66"] };
		await lab().internet.desec.control("POST", "/rrsets", { domain, ...changed });
		await isPrinted("recordChanged");
		expect(await lab().internet.dig(mailName, "A")).toEqual([lab().router.address]);
	});

	it("homeResolverDead: no name is resolved at home, and nobody is sent to deSEC", async () => {
		const before = await home().read("/etc/resolv.conf");
		await home().write("/etc/resolv.conf", "nameserver 127.0.0.9\n");
		await home().run(["systemctl", "restart", "heimweg"]);
		await isPrinted("homeResolverDead");
		await home().write("/etc/resolv.conf", before);
		await isOver("homeResolverDead");
	});

	it("desecUnreachable: deSEC is behind a wall, and nobody is sent to the resolver", async () => {
		const { ipv4, ipv6 } = addresses.services;
		await lab().router.namespace.nft(`
table inet wall {
	chain in { type filter hook forward priority 0; ip daddr ${ipv4} tcp dport 443 drop; ip6 daddr ${ipv6} tcp dport 443 drop; }
}`);
		try {
			await home().run(["systemctl", "restart", "heimweg"]);
			await isPrinted("desecUnreachable");
			expect(await print(faultCalled("desecUnreachable"))).not.toMatch(/resolv/);
		} finally {
			await lab().router.namespace.nft("delete table inet wall");
		}
		await isOver("desecUnreachable");
	});

	it("vpn: a VPN takes the default route at home", async () => {
		await home().run(["systemd-run", "--quiet", "--unit", "vpn", "wireguard-go", "-f", "vpn0"]);
		await until(
			"the VPN's interface is there",
			async () => (await home().exec(["ip", "link", "show", "vpn0"])).exitCode === 0,
		);
		const routes = [
			"-4 route add 0.0.0.0/1",
			"-4 route add 128.0.0.0/1",
			"-6 route add ::/1",
			"-6 route add 8000::/1",
		];
		await home().run([
			"sh",
			"-c",
			`ip link set vpn0 up; ${routes.map((one) => `ip ${one} dev vpn0`).join("; ")}`,
		]);
		await isPrinted("vpn");
		await until(
			"the tunnel's silence names the VPN",
			async () =>
				/no answer from the relay .*the way out of IPv4 changed from eth0 to vpn0 [\d.]+ s (before|after) that/.test(
					await print(faultCalled("vpn")),
				),
			patience,
		);
		await home().run(["systemctl", "stop", "vpn"]);
		await isOver("vpn");
		await scene().deliver("after the VPN", { timeout: patience });
	});

	it("carrierNat: a carrier's NAT gives an address that looks public", async () => {
		await putRouterBetween(lab(), { network: carrier });
		await home().run(["sh", "-c", imaps]);
		await until(
			"the carrier's address is published",
			async () => (await lab().internet.dig(mailName, "A")).join().startsWith(carrier),
			patience,
		);
		// The relay looks at each check-in, and tells what it found at the next.
		await until(
			"the relay has looked, and told",
			async () => {
				await home().run(["systemctl", "restart", "heimweg"]);
				await sleep(5_000);
				return holds(await scene().agentStatus(), "reach.silent");
			},
			patience,
		);
		await isPrinted("carrierNat");
	});
});
