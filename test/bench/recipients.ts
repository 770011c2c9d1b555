import { few, many, measureRecipientChanges } from "../lab/recipient-changes.ts";
import type { Scene } from "../lab/scene.ts";
import { type Bench, shown } from "./bench.ts";
import { type Figure, percentile } from "./figure.ts";

/** A home checks in a few changes to a long list of recipients: until new SMTP sessions are answered by it. */
export async function recipientsChange(scene: Scene, bench: Bench): Promise<Figure[]> {
	const { lab } = scene;
	const config = "/etc/heimweg/heimweg.toml";
	const text = await lab.home.read(config);
	const list = 'passwd = true\nfiles = ["/etc/heimweg-recipients.list"]';
	await lab.home.write(config, text.replace("passwd = true", list));
	const { seconds } = await measureRecipientChanges(scene);
	bench.say(`${few} of ${many} recipients changed: slowest ${shown(percentile(seconds, 1))}`);
	return [
		{
			name: `check-in changes ${few} of ${many} recipients, until new SMTP sessions know`,
			unit: "s",
			samples: seconds,
			goal: { value: 0.3, judged: "p95" },
		},
	];
}
