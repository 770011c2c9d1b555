import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { addresses } from "./network.ts";
import { domain, mailName, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { figure, useScene } from "./use-scene.ts";

describeLab("when the home's address changes", () => {
	const scene = useScene({
		// The check that would come every six hours.
		agentConfig: (toml) => toml.replace("[dns]\n", '[dns]\ncheck = "*/10 * * * * *"\n'),
	});
	const lab = () => scene().lab;
	const answers = async (type: "A" | "AAAA", address: string, timeout = 60_000) =>
		until(
			`the name servers answer ${mailName} ${type} ${address}`,
			async () => (await lab().internet.dig(mailName, type)).join() === address,
			timeout,
		);
	const ownAddress6 = () => lab().router.prefix.replace("/64", "20");
	const seenAt = async () => (await scene().relayStatus()).homes[0]?.endpoint ?? "";
	const change = (records: object) => lab().internet.desec.control("POST", "/rrsets", { domain, ...records });

	const foreign = [
		{ subname: "www", type: "A", ttl: 3600, records: ["192.0.2.80"] },
		{ subname: "mail", type: "TXT", ttl: 3600, records: ['"not heimweg\'s"'] },
		{ subname: "mail.old", type: "AAAA", ttl: 3600, records: ["2001:db8:53::80"] },
	];

	beforeAll(async () => {
		for (const rrset of foreign) await change(rrset);
	});

	it("delivers a mail from the internet into the mailbox at home", async () => {
		await scene().deliver("the first mail");
	});

	it("publishes the line's IPv4 and the machine's own IPv6 address, for 60 s", async () => {
		await answers("A", lab().router.address);
		await answers("AAAA", ownAddress6());
		const { stdout } = await lab().internet.exec(["dig", "+noall", "+answer", "@192.0.2.53", mailName, "A"]);
		expect(stdout.split(/\s+/)[1]).toBe("60");
	});

	it("follows a new IPv4 address with the tunnel, the A record and the mail", async () => {
		const address = await lab().router.changeAddress();
		await answers("A", address);
		await until("the relay sees the home at its new address", async () =>
			(await seenAt()).startsWith(`${address}:`),
		);
		await answers("AAAA", ownAddress6());
		await scene().deliver("after a new IPv4 address");
		expect((await scene().agentStatus()).history.at(-1)).toMatchObject({ address, source: "relay" });
	});

	it("sees a home that moves and comes back, and asks WireGuard only when something happened", async () => {
		const first = lab().router.address;
		await lab().router.changeAddress();
		await until("the relay sees the home elsewhere", async () => !(await seenAt()).startsWith(`${first}:`));
		await lab().router.changeAddress(first);
		await until("the relay sees the home back", async () => (await seenAt()).startsWith(`${first}:`));
		await answers("A", first);
		const counts = async () => ({
			pulses: await figure(lab().relay, 8651, "heimweg_relay_pulses_total"),
			reads: await figure(lab().relay, 8651, "heimweg_relay_endpoint_reads_total"),
		});
		// The looks that follow a move end 6 s after it.
		const quiet = async () => {
			const before = await counts();
			await until("ten pulses came", async () => (await counts()).pulses >= before.pulses + 10);
			return (await counts()).reads - before.reads <= 3;
		};
		await until("WireGuard is left alone", quiet);
	});

	it("follows a new IPv6 prefix with the AAAA record, and leaves the A record", async () => {
		await lab().router.changePrefix();
		await answers("AAAA", ownAddress6());
		await answers("A", lab().router.address);
		await scene().deliver("after a new IPv6 prefix");
	});

	it("ends up with the last of ten addresses that come within seconds of each other", async () => {
		for (let i = 0; i < 10; i++) {
			await lab().router.changeAddress();
			await sleep(700);
		}
		await answers("A", lab().router.address, 90_000);
		await scene().deliver("after ten addresses");
		await until(
			"no condition holds",
			async () => (await scene().agentStatus()).conditions.length === 0,
			90_000,
		);
	});

	it("goes on by itself when the line was gone for seconds and is back with another address", async () => {
		await lab().router.lineDown();
		await sleep(5_000);
		await until("the agent misses the relay", async () => !(await scene().agentStatus()).tunnel.up);
		await lab().router.changeAddress();
		await lab().router.lineUp();
		await answers("A", lab().router.address);
		await scene().deliver("after the line was gone");
	});

	it("goes on by itself when the network cable was out for seconds", async () => {
		await lab().router.carrierDown();
		await until("the agent sees that the line is down", async () =>
			(await scene().agentStatus()).conditions.some((c) => c.code === "relay.line_down"),
		);
		await sleep(3_000);
		await lab().router.carrierUp();
		await scene().deliver("after the cable was out");
		await answers("A", lab().router.address);
		await answers("AAAA", ownAddress6());
		await until(
			"no condition holds",
			async () => (await scene().agentStatus()).conditions.length === 0,
			90_000,
		);
	});

	it("goes over IPv6 while IPv4 is dead, keeps the A record, and comes back to IPv4", async () => {
		await lab().router.blockFamily(4);
		await until(
			"the tunnel is up over IPv6",
			async () => {
				const { tunnel } = await scene().agentStatus();
				return tunnel.up && tunnel.endpoint?.address === addresses.relay.ipv6;
			},
			60_000,
		);
		await scene().deliver("over IPv6");
		expect(await lab().internet.dig(mailName, "A")).toEqual([lab().router.address]);
		await lab().router.allowFamily(4);
		// A change of the line makes it look at once, and not only every five minutes.
		await lab().router.carrierDown();
		await sleep(1_000);
		await lab().router.carrierUp();
		await until(
			"the tunnel is back on IPv4",
			async () => {
				const { tunnel } = await scene().agentStatus();
				return tunnel.up && tunnel.endpoint?.address === addresses.relay.ipv4;
			},
			100_000,
		);
		await scene().deliver("over IPv4 again");
		await answers("A", lab().router.address);
	});

	it("goes over IPv6 when something on the way swallows WireGuard's packets in IPv4 only", async () => {
		const { namespace } = lab().router;
		await namespace.nft(
			"table ip filter51820 { chain forward { type filter hook forward priority 0; udp dport 51820 drop; }; }",
		);
		await until(
			"the tunnel is up over IPv6",
			async () => {
				const { tunnel } = await scene().agentStatus();
				return tunnel.up && tunnel.endpoint?.address === addresses.relay.ipv6;
			},
			60_000,
		);
		await scene().deliver("over IPv6, since UDP is filtered");
		await namespace.nft("delete table ip filter51820");
	});

	it("puts a record of ours right again that somebody changed or deleted", async () => {
		await change({ subname: "mail", type: "A", ttl: 60, records: ["192.0.2.66"] });
		await answers("A", lab().router.address, 40_000);
		await change({ subname: "mail", type: "AAAA", ttl: 60, records: [] });
		await answers("AAAA", ownAddress6(), 180_000);
	});

	it("does not remove the AAAA record within minutes of IPv6 leaving the line", async () => {
		const { home } = lab();
		await home.namespace.ip(
			"route del default via fe80::1 dev eth0",
			`address del ${ownAddress6()}/64 dev eth0`,
		);
		await until("the agent noticed", async () =>
			(await home.journal("-u", "heimweg", "-n", "20")).includes("IPv6 is gone from this line"),
		);
		// Two of the checks.
		await sleep(21_000);
		expect(await lab().internet.dig(mailName, "AAAA")).toEqual([ownAddress6()]);
		await home.namespace.ip(
			`address add ${ownAddress6()}/64 dev eth0`,
			"route add default via fe80::1 dev eth0",
		);
	});

	it("never touched an RRset that it was not told to own", async () => {
		const state = (await lab().internet.desec.control("GET", "/state")) as {
			domains: Array<{ rrsets: Array<{ subname: string; type: string; ttl: number; records: string[] }> }>;
		};
		for (const rrset of foreign) {
			expect(state.domains[0]?.rrsets).toContainEqual(expect.objectContaining(rrset));
		}
		const requests = JSON.stringify(await lab().internet.desec.control("GET", "/requests"));
		expect(requests).not.toContain("hostname=www");
	});
});
