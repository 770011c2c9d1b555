/** A key that a signer uses: for whom, under which selector, and where it lies. */
export interface SigningKey {
	domain: string;
	selector: string;
	file: string;
	/** It is only where a signer would look; when it is not there, nothing is wrong. */
	guessed?: true;
}

/** Reads a file's text; throws as node:fs does. */
export type ReadText = (path: string) => Promise<string>;

/** A domain and a selector as they may stand in a name of the DNS. */
export function isKeyName({ domain, selector }: Pick<SigningKey, "domain" | "selector">): boolean {
	const label = "[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?";
	const name = new RegExp(`^${label}(?:\\.${label})*$`, "i");
	return name.test(domain) && name.test(selector) && `${selector}._domainkey.${domain}`.length <= 253;
}
