import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { addresses } from "../lab/network.ts";
import type { Scene } from "../lab/scene.ts";
import type { Bench } from "./bench.ts";
import type { Figure } from "./figure.ts";

const program = fileURLToPath(new URL("foreign-answers-run.ts", import.meta.url));

/** Random zones, and fewer of them for trying. */
const zones = { full: 10_000, quick: 500 };

/** Plans, applies and undoes in random zones, and asks the lab's PowerDNS for all that nobody planned. */
export async function foreignAnswersChanged({ lab }: Scene, bench: Bench): Promise<Figure[]> {
	const { namespace, powerDns } = lab.internet;
	const count = bench.quick ? zones.quick : zones.full;
	const argv = [
		...[process.execPath, "--import", "tsx", program, "--zones", String(count)],
		...["--seed", String(Math.floor(bench.random() * 1_000)), "--server", addresses.services.ipv4],
		...["--pdns-url", powerDns.url, "--pdns-key", powerDns.key],
	];
	const child = namespace.spawn(argv, { stdio: ["ignore", "pipe", "inherit"] });
	let text = "";
	child.stdout!.setEncoding("utf8").on("data", (part: string) => {
		text += part;
	});
	const [code] = await once(child, "exit");
	if (code !== 0) throw new Error(`the random zones ended with status ${code}`);
	const found = JSON.parse(text) as { zones: number; questions: number; changed: number; said: string[] };
	bench.say(
		`${found.zones} random zones, ${found.questions} questions: ${found.changed} foreign answers changed`,
	);
	for (const line of found.said) bench.say(`  ${line}`);
	return [
		{
			name: `foreign answers changed in ${found.zones} random zones, with another writer`,
			unit: "",
			samples: [found.changed],
			n: found.questions,
			goal: { value: 0, judged: "max" },
			note: "over plans, applies and undos; asked at PowerDNS",
			details: found,
		},
	];
}
