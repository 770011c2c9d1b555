import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, describe, expect, test } from "vitest";
import { checkin } from "../../relay-side/checkin/part.ts";
import { pulse } from "../../relay-side/pulse/part.ts";
import { parseCidr } from "../../shared/address.ts";
import { floodChain } from "../../shared/flood.ts";
import { createGuard } from "../../shared/guard.ts";
import { useNamespace } from "./use-namespace.ts";

test("the ports of pulses and of check-ins are guarded from floods, in a chain of their parts' own", () => {
	const tunnel = { interface: "hw0", listen_port: 51820 };
	const wished = [
		...pulse.guard!({ tunnel, pulse: { port: 8686 } } as never),
		...checkin.guard!({ tunnel, checkin: { port: 8687 } } as never),
	];
	const rules = (name: string) =>
		wished.flatMap((one) => ("rules" in one && one.chain === name ? one.rules : []));
	expect(rules("pulse_flood").every((rule) => rule.includes("udp dport 8686 "))).toBe(true);
	expect(rules("checkin_flood").every((rule) => rule.includes("tcp dport 8687 "))).toBe(true);
	expect([rules("pulse_flood").length, rules("checkin_flood").length]).toEqual([3, 3]);
});

// The real nft, and a cable for the tunnel: in two network namespaces that this test makes and removes.
const root = process.getuid?.() === 0;
describe.skipIf(!root)("a flood out of the tunnel", () => {
	const { name: relay, run, sh: onRelay } = useNamespace("flood");
	const { name: homes, sh: atHomes } = useNamespace("flooded");
	const networks = [parseCidr("10.86.0.0/24"), parseCidr("fd86::/64")];
	const guard = createGuard({
		...{ run, interface: "hw0", networks },
		rules: () => [
			floodChain({
				chain: "udp_flood",
				tunnel: "hw0",
				packets: "udp dport 8686",
				perSecond: 100,
				burst: 200,
			}),
			floodChain({
				...{ chain: "tcp_flood", tunnel: "hw0", perSecond: 1, burst: 20 },
				packets: "tcp dport 8687 tcp flags & (syn | ack) == syn",
			}),
		],
	});

	beforeAll(() => {
		execFileSync("ip", ["-n", relay, "link", "add", "hw0", "type", "veth", "peer", "home0", "netns", homes]);
		onRelay(
			"ip address add 10.86.0.1/24 dev hw0; ip address add fd86::1/64 dev hw0 nodad; ip link set hw0 up",
		);
		const own = ["10.86.0.2/24", "10.86.0.3/24", "fd86::2/64", "fd86::3/64"];
		const add = own.map((one) => `ip address add ${one} dev home0${one.includes(":") ? " nodad" : ""}`);
		atHomes(`${add.join("; ")}; ip link set home0 up`);
	});

	/** Listens as the relay while `act` sends, and tells how many datagrams, or connections, came of each address. */
	async function came(port: number, act: () => void): Promise<Record<string, number>> {
		const script = `const seen = {}; const see = (from) => { from = from.replace("::ffff:", ""); seen[from] = (seen[from] ?? 0) + 1; };
			const udp = require("node:dgram").createSocket("udp6").on("message", (_, { address }) => see(address));
			udp.bind(${port}, "::", () => { udp.setRecvBufferSize(4 << 20);
			require("node:net").createServer((s) => { see(s.remoteAddress); s.destroy(); }).listen(${port}, "::", () => console.log("up")); });
			process.stdin.on("end", () => setTimeout(() => { console.log(JSON.stringify(seen)); process.exit(); }, 300)).resume();`;
		const child = spawn("ip", ["netns", "exec", relay, process.execPath, "-e", script]);
		await once(child.stdout, "data");
		act();
		child.stdin.end();
		const [text] = await once(child.stdout, "data");
		return JSON.parse(String(text)) as Record<string, number>;
	}

	const send = (namespace: string, from: string, to: string, count: number) => {
		const type = from.includes(":") ? "udp6" : "udp4";
		const script = `const s = require("node:dgram").createSocket("${type}"); s.bind(0, "${from}", () => { let n = 0;
			(function next() { s.send("x", 8686, "${to}", () => { if (++n < ${count}) next(); else s.close(); }); })(); });`;
		execFileSync("ip", ["netns", "exec", namespace, process.execPath, "-e", script], { stdio: "pipe" });
	};

	test("of one home is dropped by the kernel, in both families, and the pulses of the others come", async () => {
		await guard.ensure();
		const seen = await came(8686, () => {
			for (const [flood, quiet, to] of [
				["10.86.0.2", "10.86.0.3", "10.86.0.1"],
				["fd86::2", "fd86::3", "fd86::1"],
			] as const) {
				send(homes, flood, to, 20_000);
				send(homes, quiet, to, 50);
			}
		});
		expect([seen["10.86.0.3"], seen["fd86::3"]]).toEqual([50, 50]);
		for (const flood of ["10.86.0.2", "fd86::2"]) {
			expect(seen[flood]).toBeGreaterThanOrEqual(200);
			expect(seen[flood]).toBeLessThan(15_000);
		}
		expect(await guard.ensure(), "what packets add is nobody's change").toBe(false);
	}, 60_000);

	test("of the relay's own processes is one, whatever addresses they take", async () => {
		await guard.ensure();
		const seen = await came(8686, () => {
			for (const from of ["127.0.0.1", "127.0.0.2", "10.86.0.1"]) send(relay, from, "10.86.0.1", 8_000);
		});
		const all = Object.values(seen).reduce((sum, one) => sum + one, 0);
		expect(all).toBeGreaterThanOrEqual(200);
		expect(all).toBeLessThan(18_000);
	}, 60_000);

	test("of connections leaves a home some, and the others all of theirs", async () => {
		await guard.ensure();
		const open = (from: string, count: number) => {
			const script = `let left = ${count}; for (let n = 0; n < ${count}; n++) { const s = require("node:net").connect({ host: "10.86.0.1", port: 8687,
				localAddress: "${from}", timeout: 500 }); const end = () => { s.destroy(); };
				s.on("connect", end).on("error", end).on("timeout", end).on("close", () => --left || process.exit()); }`;
			execFileSync("ip", ["netns", "exec", homes, process.execPath, "-e", script], { stdio: "pipe" });
		};
		const seen = await came(8687, () => {
			open("10.86.0.2", 300);
			open("10.86.0.3", 10);
		});
		expect(seen["10.86.0.3"]).toBe(10);
		expect(seen["10.86.0.2"]).toBeGreaterThanOrEqual(20);
		expect(seen["10.86.0.2"]).toBeLessThan(150);
	}, 60_000);
});
