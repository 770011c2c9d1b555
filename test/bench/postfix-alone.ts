import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../lab/lab.ts";
import { addresses } from "../lab/network.ts";
import { until } from "../lab/scene.ts";
import { type Bench, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { openIncoming, timesFrom } from "./incoming.ts";
import { mails, outages } from "./waiting-mail.ts";

/** A place that takes mail, on a port of its own, so that it can be out of reach by itself. */
interface Place {
	seconds: number;
	text: string;
	domain: string;
	port: number;
}

/**
 * The same outages with a Postfix that has a static transport map and is left to itself, as it comes from Debian; all
 * at the same time, each with a place of its own.
 */
export async function postfixAlone(lab: Lab, bench: Bench): Promise<Figure[]> {
	const lengths = bench.quick ? [outages.short] : [outages.short, outages.long];
	const places = lengths.map((length, number) => ({
		...{ ...length, domain: `alone${number}.test`, port: 2_500 + number },
	}));
	const pairs = places.map(({ domain, port }) => `{ ${domain} = smtp:[${addresses.services.ipv4}]:${port} }`);
	await lab.relay.run([
		...["postconf", "-e", `relay_domains = ${places.map(({ domain }) => domain).join(" ")}`],
		`transport_maps = inline:{ ${pairs.join(", ")} }`,
	]);
	await lab.relay.run(["postfix", "reload"]);
	bench.say("Postfix alone: mail waits for places that are out of reach");
	return (await Promise.all(places.map((place) => measure(lab, bench, place)))).flat();
}

async function measure(lab: Lab, bench: Bench, place: Place): Promise<Figure[]> {
	const { seconds, text, domain, port } = place;
	const folder = `/tmp/${domain}`;
	const { internet } = lab;
	const sink = `mkdir -p ${folder} && chown nobody ${folder}
setsid smtp-sink -u nobody -d '${folder}/%S.' ${addresses.services.ipv4}:${port} 100 </dev/null >/dev/null 2>&1 &`;
	const opened = await internet.exec(["sh", "-c", sink]);
	if (opened.exitCode !== 0) throw new Error(`the place to take the mail does not start: ${opened.stderr}`);
	const table = `outage${port}`;
	await internet.namespace.nft(
		`table inet ${table} { chain arriving { type filter hook input priority 0; tcp dport ${port} drop; }; }`,
	);
	const incoming = openIncoming(lab);
	try {
		const began = performance.now();
		const passes = (milliseconds: number) => sleep(Math.max(0, began + milliseconds - performance.now()));
		for (let sent = 0; sent < mails; sent++) {
			await passes(((sent + 0.5) / mails) * seconds * 1_000);
			await incoming.send(`someone@${domain}`);
		}
		await passes(seconds * 1_000);
	} finally {
		incoming.stop();
		await internet.namespace.nft(`delete table inet ${table}`);
	}
	const up = Date.now();
	const list = async () => {
		const { stdout } = await internet.exec(["find", folder, "-type", "f", "-printf", "%T@\\n"]);
		return stdout.split("\n").filter(Boolean);
	};
	// Postfix tries again after 300 s, and then after as long as the mail is old, when its queue manager next looks.
	const patience = (2 * seconds + 900) * 1_000;
	await until("all have arrived", async () => (await list()).length >= mails, patience).catch(() => {});
	const times = timesFrom(await list()).map((at) => (at - up) / 1_000);
	const first = times[0] ?? Number.POSITIVE_INFINITY;
	const last = times.length >= mails ? times.at(-1)! : Number.POSITIVE_INFINITY;
	bench.say(
		`Postfix alone, out of reach for ${text}: first mail after ${shown(first)}, all after ${shown(last)}`,
	);
	const figure = (what: string, sample: number): Figure => ({
		...{ name: `Postfix alone, back after ${text}: ${what}`, unit: "s", samples: [sample] },
		beside: `line back after ${text}: ${what}`,
	});
	return [figure("first", first), figure("all", last)];
}
