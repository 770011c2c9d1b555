import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { codeOf, messageOf } from "../../shared/errors.ts";
import type { Inspection } from "../../shared/inspection.ts";
import { readKey } from "../../shared/keys.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import type { RelayCore } from "../config.ts";
import { type Claimant, findConflicts } from "./conflicts.ts";
import { homeParser } from "./home.ts";
import { readHomeFile } from "./read.ts";

/** Everything that is wrong with the files in homes.d, one by one and beside each other, as sentences. */
export async function homeFileProblems(
	{ homes_dir, tunnel }: Pick<RelayCore, "homes_dir" | "tunnel">,
	{
		inspection,
		homeFile,
	}: { inspection: Pick<Inspection, "secret" | "daemonReads">; homeFile: z.ZodRawShape },
): Promise<string[]> {
	let names: string[];
	try {
		names = (await readdir(homes_dir)).filter((name) => name.endsWith(".toml")).sort();
	} catch (error) {
		if (codeOf(error) === "ENOENT")
			return [`homes_dir: there is no folder ${homes_dir}: run "mkdir ${homes_dir}"`];
		return [`homes_dir: ${homes_dir} cannot be read: ${messageOf(error)}`];
	}
	// A key that cannot be read is told where it stands.
	const own = await readKey("tunnel.private_key_file", tunnel.private_key_file, inspection.secret).then(
		publicKeyOf,
		() => undefined,
	);
	const parse = homeParser({
		networks: tunnel.networks,
		relayAddresses: tunnel.addresses,
		...(own === undefined ? {} : { relayPublicKey: own }),
		more: homeFile,
	});
	const problems: string[] = [];
	const homes: Claimant[] = [];
	for (const name of names) {
		const path = join(homes_dir, name);
		const file = await readHomeFile(path, name, parse);
		if (!file) continue;
		if (!(await inspection.daemonReads(path))) {
			problems.push(
				`${path}: the user heimweg cannot read it: run "chown root:heimweg ${path}" and "chmod 0640 ${path}"`,
			);
		}
		if ("home" in file) homes.push(file.home);
		else if ("invited" in file) homes.push(file.invited);
		else problems.push(...file.problems.map((problem) => inFolder(homes_dir, name, problem)));
	}
	for (const { key, value, ids } of findConflicts(homes)) {
		const files = ids.map((id) => `${id}.toml`).join(" and ");
		problems.push(
			`${homes_dir}: ${files} both have "${value}" in ${key}: leave it to the one that it belongs to`,
		);
	}
	return problems;
}

function inFolder(folder: string, name: string, problem: string): string {
	return problem.startsWith(name) ? `${folder}/${problem}` : `${folder}/${name}: ${problem}`;
}
