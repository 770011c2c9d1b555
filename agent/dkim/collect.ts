import type { DkimKey } from "../../shared/dns/wanted/mail-domain.ts";
import { codeOf, messageOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";
import type { DkimDocument } from "./document.ts";
import { openDkimKeys } from "./opendkim.ts";
import { publicKeyOf } from "./public-key.ts";
import { rspamdKeys } from "./rspamd.ts";
import type { ReadText, SigningKey } from "./signer.ts";

/** Reads what OpenDKIM and Rspamd sign with, and makes of each private key what DNS has to say of it. */
export async function collectKeys(
	config: { opendkim: string; rspamd: string },
	domains: readonly string[],
	read: ReadText,
): Promise<DkimDocument> {
	const failing: DkimDocument["failing"] = [];
	const fail = (source: string, error: unknown) =>
		void failing.push({ source, error: plainText(messageOf(error)).slice(0, 500) });
	const found: SigningKey[] = [];
	for (const [source, keys] of [
		[config.opendkim, openDkimKeys],
		[config.rspamd, rspamdKeys],
	] as const) {
		try {
			found.push(...(await keys(source, domains, read)));
		} catch (error) {
			// Who is not installed signs nothing.
			if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") fail(source, error);
		}
	}
	const keys = new Map<string, DkimKey>();
	for (const { domain, selector, file, guessed } of found) {
		try {
			const key = publicKeyOf(await read(file), { domain, selector, source: file });
			// The same key in two files is one; two keys with one selector are for the plan to tell.
			const same = `${selector} ${domain} ${key.publicKey}`;
			if (!keys.has(same)) keys.set(same, key);
		} catch (error) {
			if (!(guessed && codeOf(error) === "ENOENT")) fail(file, error);
		}
	}
	return { version: 1, keys: [...keys.values()], failing };
}
