import { publicKeyOf } from "../../../shared/protocol/keys.ts";
import type { Ground } from "./ground.ts";
import { crowdFile, crowdHome } from "./home.ts";
import { homesDirectory, inMaps, notInMaps, secondsUntil } from "./relay.ts";

/** Seconds from a change in homes.d until it holds. */
export interface FilesSeen {
	added: number;
	changed: number;
	removedFromMap: number;
	removedFromPeers: number;
}

/** A home more, whose domains then are others, and which then goes; `patience` in seconds. */
export async function changeFiles({ relay }: Ground, homes: number, patience: number): Promise<FilesSeen> {
	const home = crowdHome(homes);
	const key = publicKeyOf(home.privateKey);
	const file = `${homesDirectory}/${home.id}.toml`;
	await relay.write("/root/crowd/added", crowdFile(home));
	await relay.write(
		"/root/crowd/changed",
		crowdFile({ ...home, domains: [...home.domains.slice(1), "new.test"] }),
	);
	const put = (which: string) => `cp /root/crowd/${which} ${file}~ && mv ${file}~ ${file}`;
	const seconds = (act: string, check: string) => secondsUntil(relay, act, check, patience * 1_000);
	const added = await seconds(put("added"), inMaps(home.domains[0]!));
	await relay.run(
		[
			"sh",
			"-c",
			`for i in $(seq 600); do wg show hw0 peers | grep -qF ${key} && exit 0; sleep 0.1; done; exit 1`,
		],
		{ timeout: 90_000 },
	);
	const changed = await seconds(put("changed"), inMaps("new.test"));
	const [removedFromMap, removedFromPeers] = await Promise.all([
		seconds(`rm ${file}`, notInMaps("new.test")),
		seconds("true", `! wg show hw0 peers | grep -qF ${key}`),
	]);
	return { added, changed, removedFromMap, removedFromPeers };
}
