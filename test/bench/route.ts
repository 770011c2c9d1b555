import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../lab/host.ts";
import { type Scene, until, wireguardKeys } from "../lab/scene.ts";
import { anyPhase, type Bench, secondsOf, shown } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { mainProcess, residentMegabytes } from "./process.ts";

const homes = 10;
const domainsEach = 1_000;

/** A home file gets one domain more, beside 10,000: until Postfix's maps answer it. */
export async function routeAdded(scene: Scene, bench: Bench): Promise<Figure[]> {
	const { relay } = scene.lab;
	const rounds = bench.quick ? 3 : 20;
	const samples: number[] = [];
	const files = Array.from({ length: homes }, (_, number) => homeFile(number));
	for (const { path, text } of files) await relay.write(path, text);
	const last = `d${domainsEach - 1}.${zone(homes - 1)}`;
	await until("the maps have all domains", async () => (await query(relay, last)) === 0, 60_000);
	bench.say(`the relay has ${homes} homes more, with ${homes * domainsEach} domains`);
	for (let round = 1; round <= rounds; round++) {
		await sleep(1_000);
		await anyPhase(bench);
		const file = files[Math.floor(bench.random() * homes)]!;
		const domain = `new${round}.${file.zone}`;
		file.text = file.text.replace("domains = [", `domains = ["${domain}",`);
		samples.push(await secondsOf(bench, addRoute(relay, file.path, file.text, domain)));
		bench.say(`domain ${round} of ${rounds}: ${shown(samples.at(-1)!)}`);
	}
	const memory = await residentMegabytes(relay, await mainProcess(relay, "heimweg-relay"));
	return [
		{
			name: "relay: a home file adds a domain to 10,000, until the maps answer it",
			unit: "s",
			samples,
			goal: { value: 0.2, judged: "p95" },
			note: `${homes} homes with ${domainsEach} domains each; from the file's rename until postmap -q answers in relay_domains, which comes after transport; the companion then had ${memory.toFixed(1)} MB resident`,
		},
	];
}

const maps = "lmdb:/var/lib/heimweg-relay/maps";
const zone = (number: number) => `home${number}.test`;

async function query(relay: Host, domain: string): Promise<number> {
	return (await relay.exec(["postmap", "-q", domain, `${maps}/relay_domains`])).exitCode;
}

function homeFile(number: number) {
	const domains = Array.from({ length: domainsEach }, (_, at) => `"d${at}.${zone(number)}"`);
	return {
		path: `/etc/heimweg-relay/homes.d/bench-${number}.toml`,
		zone: zone(number),
		text: `public_key = "${wireguardKeys().publicKey}"
addresses = ["10.86.0.${100 + number}"]
domains = [${domains.join(",")}]
`,
	};
}

/**
 * Puts the file in its place and asks the map every 10 ms, all in one shell on the relay, so that no command's start
 * counts but postmap's. Returns milliseconds.
 */
async function addRoute(relay: Host, path: string, text: string, domain: string): Promise<number> {
	const draft = "/etc/heimweg-relay/next";
	await relay.write(draft, text);
	const script = `
set -e
began=$(date +%s%N)
mv "$1" "$2"
until postmap -q "$3" "$4/relay_domains" >/dev/null; do sleep 0.01; done
ended=$(date +%s%N)
postmap -q "$3" "$4/transport" >/dev/null
echo $(((ended - began) / 1000))`;
	return Number(await relay.run(["sh", "-c", script, "sh", draft, path, domain, maps])) / 1_000;
}
