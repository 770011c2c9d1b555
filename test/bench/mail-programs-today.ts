import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../lab/lab.ts";
import { serveDirectly } from "../lab/mail-programs.ts";
import { between, now } from "../lab/measure.ts";
import { addresses } from "../lab/network.ts";
import { mailName, until } from "../lab/scene.ts";
import { anyPhase, type Bench, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import * as scripts from "./mail-program-scripts.ts";
import { begin, longest } from "./mail-programs.ts";
import { plainTunnels, startPlainTunnels } from "./plain-wireguard.ts";

/** The tunnel that carries mail programs alone, as it is with people. */
const tunnel = plainTunnels.find(({ traffic }) => !traffic)!;

/** Ways to hand clients on to a home through plain WireGuard, by the relay's port for each. */
const ways = [
	{ name: "DNAT with masquerade", port: 993 },
	{ name: "nginx's stream", port: 1993 },
];

const forwarding = `table ip today {
	chain arriving {
		type nat hook prerouting priority dstnat;
		iifname "eth0" tcp dport 993 dnat to ${tunnel.home}:993
	}
	chain leaving {
		type nat hook postrouting priority srcnat;
		oifname "${tunnel.name}" masquerade
	}
}
`;

/** As the documentation of ngx_stream_proxy_module begins; all times are its own. */
const nginx = `include /etc/nginx/modules-enabled/*.conf;
events {}
stream {
	server {
		listen 1993;
		proxy_pass ${tunnel.home}:993;
	}
}
`;

/** Until a connection answers again, or a new one; plain WireGuard's keepalive has 25 s. */
const patience = 150_000;

/** What people use today to reach mail at home through a relay: whom the home sees, and a connection when the line's address changes. */
export async function todaysWays(lab: Lab, bench: Bench): Promise<Figure[]> {
	const { relay, home, internet } = lab;
	const rounds = bench.quick ? 3 : 5;
	await startPlainTunnels(lab);
	await home.run(["useradd", "--create-home", "anna"]);
	await serveDirectly(home, mailName, ["anna"]);
	await relay.run(["sysctl", "-q", "net.ipv4.ip_forward=1"]);
	await relay.run(["nft", "-f", "-"], { input: forwarding });
	await relay.write("/root/nginx.conf", nginx);
	await relay.run(["systemd-run", "--quiet", "nginx", "-c", "/root/nginx.conf", "-g", "daemon off;"]);
	const all = ways.map((way) => ({ ...way, answers: [] as bigint[], closed: 0, samples: [] as number[] }));
	const stops = all.map((one) =>
		begin(internet.namespace, scripts.noops(addresses.relay.ipv4, mailName, one.port), (line) => {
			if (line === "closed") one.closed += 1;
			else one.answers.push(BigInt(line));
		}),
	);
	try {
		await until(
			"both connections answer",
			async () => all.every(({ answers }) => answers.length > 5),
			60_000,
		);
		const log = await home.journal("-u", "dovecot", "-o", "cat", "--grep", "Logged in");
		const seen = [...new Set([...log.matchAll(/ rip=([^,]+),/g)].map(([, address]) => address))].join(
			" and ",
		);
		for (let round = 1; round <= rounds; round++) {
			await sleep(10_000 + bench.random() * 25_000);
			await anyPhase(bench);
			const since = now();
			await lab.router.changeAddress();
			await sleep(1_000);
			const again = ({ answers }: (typeof all)[number]) =>
				answers.filter((at) => between(since, at) > 1_500).length;
			await until("both answer again", async () => all.every((one) => again(one) > 20), patience);
			for (const one of all)
				one.samples.push(longest(one.answers.filter((at) => between(since, at) > -500)) / 1_000);
			bench.say(
				`today's ways, change ${round} of ${rounds}: ${all.map(({ name, samples }) => `${name} ${shown(samples.at(-1)!)}`).join(", ")}`,
			);
		}
		return all.map(({ name, samples, closed }) => ({
			...{ name: `${name}: an open IMAP connection stands still`, unit: "s", samples },
			beside: "IPv4 changes: an open IMAP connection",
			note: `all of it, with the tunnel's gap; ${closed} connections were cut; the home's log has every client as ${seen}, where Heimweg's has the client's own address`,
		}));
	} finally {
		await Promise.all(stops.map((stop) => stop()));
	}
}
