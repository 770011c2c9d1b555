import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RelayCore } from "../config.ts";
import { type HomeFile, homeIdOf, homeParser } from "./home.ts";
import { readHomeFile } from "./read.ts";

/**
 * Word of a home's absence must not wait for its return: `notify.mail` may not be in a domain that a home file names,
 * as a sentence. What else is wrong with home files is told by the daemon.
 */
export async function routedHomeProblems({
	notify: { mail },
	homes_dir,
	tunnel,
}: RelayCore): Promise<string[]> {
	if (mail === undefined) return [];
	const domain = mail.slice(mail.lastIndexOf("@") + 1);
	const parse = homeParser({ networks: tunnel.networks, relayAddresses: tunnel.addresses, more: "any" });
	const names = await readdir(homes_dir).catch(() => []);
	const files = await Promise.all(
		names
			.filter((name) => homeIdOf(name) !== undefined)
			.map((name) => readHomeFile(join(homes_dir, name), name, parse)),
	);
	return files
		.filter((file) => file && domainsIn(file).includes(domain))
		.map(
			(file) =>
				`notify.mail: mail to ${mail} is routed to a home (${file!.file}), so word of its absence would wait for its return: expected an address that does not depend on this relay`,
		);
}

function domainsIn(file: HomeFile): readonly string[] {
	if ("problems" in file) return [];
	return "home" in file ? file.home.domains : file.invited.domains;
}
