import { codeOf, messageOf } from "../../shared/errors.ts";
import { readRegularFile } from "../../shared/regular-file.ts";
import { SECOND } from "../../shared/time.ts";
import { agentPart } from "../part.ts";
import { dkimCommand } from "./command.ts";
import * as conditions from "./conditions.ts";
import { dkimShape } from "./config.ts";
import { documentBytes, documentSchema } from "./document.ts";

/** A small file is looked at; a plan may be waiting for it. */
const lookEvery = 15 * SECOND;

/** The largest configuration or key that is read, in bytes. */
const largest = 1024 * 1024;

/** What signs this home's mail: the public keys, as a unit of its own reads them where the signer does. */
export const dkim = agentPart({
	name: "dkim",
	config: dkimShape,
	conditions: Object.values(conditions),

	create({ dkim: { list } }, { facts, health }) {
		const tell = facts.signingKeys.own("dkim");
		let failing: readonly string[] = [];

		function told(found: ReadonlyArray<{ source: string; error: string }>): void {
			for (const source of failing) if (!found.some((one) => one.source === source)) put(source, undefined);
			failing = found.map(({ source }) => source);
			for (const { source, error } of found) put(source, { error });
		}
		const put = (source: string, problem: { error: string } | undefined) =>
			health.put(conditions.dkimKeyUnreadable, source, problem);

		async function look(): Promise<void> {
			try {
				const { bytes } = await readRegularFile(list, { limit: documentBytes, follow: false });
				const document = documentSchema.parse(JSON.parse(bytes.toString("utf8")));
				tell(document.keys);
				told(document.failing);
				health.put(conditions.dkimListUnusable, "", undefined);
			} catch (error) {
				const isNone = codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR";
				const problem = codeOf(error) ? messageOf(error) : "it holds no list of keys";
				tell(undefined);
				told([]);
				health.put(conditions.dkimListUnusable, "", isNone ? undefined : { file: list, problem });
			}
		}

		return { name: "dkim", ticks: [{ every: lookEvery, act: look }], start: look };
	},

	cli(program, { configOption, load, end }) {
		program
			.command("dkim")
			.description(
				"shows the public half of each key that signs this home's mail; exits 1 when one cannot be read",
			)
			.option(...configOption)
			.option("--write", "write the file that the daemon reads; the unit heimweg-dkim.service does that")
			.action(async ({ config, write = false }: { config: string; write?: boolean }) => {
				const read = async (path: string) =>
					(await readRegularFile(path, { limit: largest })).bytes.toString("utf8");
				await end((async () => dkimCommand(await load(config), write, { read, out: process.stdout }))());
			});
	},
});
