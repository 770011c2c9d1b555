import { codeOf } from "../../shared/errors.ts";
import { isKeyName, type ReadText, type SigningKey } from "./signer.ts";
import { isObject, parseUcl, type Ucl } from "./ucl.ts";

/** Rspamd's own defaults (its module dkim_signing). */
const usualPath = "/var/lib/rspamd/dkim/$domain.$selector.key";
const usualSelector = "dkim";

/** Where people set the module up; what comes later counts. */
const files = ["local.d/dkim_signing.conf", "override.d/dkim_signing.conf"];

/** The keys that Rspamd signs with for these domains and for those that its configuration names. */
export async function rspamdKeys(
	folder: string,
	domains: readonly string[],
	read: ReadText,
): Promise<SigningKey[]> {
	const settings: Record<string, Ucl> = {};
	for (const file of files) {
		try {
			Object.assign(settings, parseUcl(await read(`${folder}/${file}`)));
		} catch (error) {
			if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") throw error;
		}
	}
	if (settings.enabled === "false") return [];
	const named = isObject(settings.domain) ? settings.domain : {};
	const keys = [...new Set([...Object.keys(named), ...domains])].flatMap((domain) => {
		const own = named[domain];
		const blocks = own === undefined ? [settings] : blocksOf(own);
		return blocks.map((block): SigningKey => {
			const word = (key: "selector" | "path", usual: string) => {
				const value = block[key] ?? settings[key];
				return typeof value === "string" && value !== "" ? value : usual;
			};
			const selector = word("selector", usualSelector);
			const file = word("path", usualPath).replaceAll("$domain", domain).replaceAll("$selector", selector);
			return { domain, selector, file, ...(own === undefined ? { guessed: true } : {}) };
		});
	});
	return keys.filter((key) => isKeyName(key) && key.file.startsWith("/"));
}

/** The settings of a domain: one key, or several in `selectors`. */
function blocksOf(own: Ucl): Array<Record<string, Ucl>> {
	if (Array.isArray(own)) return own.filter(isObject);
	if (!isObject(own)) return [];
	const { selectors } = own;
	const several = Array.isArray(selectors) ? selectors.filter(isObject) : [];
	return several.length > 0 ? several : [own];
}
