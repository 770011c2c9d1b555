import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { plainLines } from "../../shared/plain-text.ts";
import { readRegularFile } from "../../shared/regular-file.ts";
import { collectKeys } from "./collect.ts";
import { documentBytes } from "./document.ts";
import type { ReadText } from "./signer.ts";

interface Config {
	dkim: { opendkim: string; rspamd: string; list: string };
	mail?: { domains: readonly string[] } | undefined;
}

/** The command `heimweg dkim`: reads the keys and says what came; with `write`, into the file for the agent. */
export async function dkimCommand(
	{ dkim, mail }: Config,
	write: boolean,
	{ read, out }: { read: ReadText; out: { write(text: string): unknown } },
): Promise<number> {
	const document = await collectKeys(dkim, mail?.domains ?? [], read);
	if (write) {
		const text = `${JSON.stringify(document)}\n`;
		const before = await readRegularFile(dkim.list, { limit: documentBytes, follow: false }).catch(
			() => undefined,
		);
		// For the agent, which is in the group.
		if (before?.bytes.toString("utf8") !== text) await writeFileAtomic(dkim.list, text, { mode: 0o640 });
		// For the unit a key that cannot be read is news for the agent, and no failure of its own.
		return 0;
	}
	const lines = [
		...document.keys.map(
			({ domain, selector, type, bits, source }) =>
				`${selector}._domainkey.${domain}: ${type}${type === "rsa" ? `, ${bits} bits` : ""} (${source})`,
		),
		...document.failing.map(({ source, error }) => `${source}: ${error}`),
		`${document.keys.length} ${document.keys.length === 1 ? "key" : "keys"} in all`,
	];
	out.write(plainLines(`${lines.join("\n")}\n`));
	return document.failing.length > 0 ? 1 : 0;
}
