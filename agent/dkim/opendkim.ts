import { HeimwegError } from "../../shared/errors.ts";
import { isKeyName, type ReadText, type SigningKey } from "./signer.ts";

/** The keys that OpenDKIM signs with, from its own configuration (opendkim.conf(5)): a KeyTable, or a single key. */
export async function openDkimKeys(
	config: string,
	domains: readonly string[],
	read: ReadText,
): Promise<SigningKey[]> {
	const settings = settingsOf(await read(config));
	const table = settings.get("keytable");
	if (table === undefined) {
		const [names, selector, file] = ["domain", "selector", "keyfile"].map((key) => settings.get(key));
		if (!selector || !file) return [];
		return (names ?? domains.join(","))
			.split(/[\s,]+/)
			.flatMap((domain) => keyOf(domain, selector, file) ?? []);
	}
	const path = /^(?:(?:refile|file|text):)?(\/.*)$/.exec(table)?.[1];
	if (!path)
		throw new HeimwegError(`the KeyTable in ${config} is "${table}", and only a file of text can be read`, {
			remedy: "name the keys in a file, as refile:/etc/opendkim/key.table",
		});
	const keys = linesOf(await read(path)).flatMap((line) => {
		// NAME DOMAIN:SELECTOR:FILE
		const [, domain, selector, file] = /^\S+\s+([^:\s]+):([^:\s]+):(\/\S+)\s*$/.exec(line) ?? [];
		if (!file) return [];
		// "%" stands for the sender's domain.
		return (domain === "%" ? domains : [domain!]).map((one) => keyOf(one, selector!, file));
	});
	return keys.flatMap((key) => key ?? []);
}

function keyOf(domain: string, selector: string, file: string): SigningKey | undefined {
	const key = { domain: domain.toLowerCase(), selector: selector.toLowerCase(), file };
	return isKeyName(key) ? key : undefined;
}

function settingsOf(text: string): Map<string, string> {
	return new Map(
		linesOf(text).flatMap((line) => {
			const [, name, value] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
			return name ? [[name.toLowerCase(), value!.trim()]] : [];
		}),
	);
}

function linesOf(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.replace(/#.*$/, "").trim())
		.filter(Boolean);
}
