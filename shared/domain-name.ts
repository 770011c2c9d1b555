import { domainToASCII, domainToUnicode } from "node:url";

/** Every host name that can be looked up in the DNS, with a dot, in small letters and its ASCII form (RFC 1123). */
const hostName =
	/^(?=.*[a-z])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const isAscii = (text: string) => /^[ -~]*$/.test(text);

/** True for a domain in the form that we keep: small letters, A-labels (RFC 5890). */
export function isDomain(text: string): boolean {
	return text.length <= 253 && hostName.test(text);
}

/**
 * The ASCII form of a domain that is written with letters of other scripts, in any case of letters; undefined when it
 * is none, or only looks like one: what IDNA would silently map to other signs is not taken.
 */
export function asciiDomain(text: string): string | undefined {
	if (isAscii(text)) return isDomain(text) ? text : undefined;
	const ascii = domainToASCII(text);
	const meant = text.normalize("NFC").toLowerCase();
	return isDomain(ascii) && !isAscii(meant) && domainToUnicode(ascii) === meant ? ascii : undefined;
}

/**
 * The Unicode form of a domain in ASCII form, as a key that a Postfix table holds just so; undefined when it has none.
 * Postfix folds the case of keys and of what it looks up (postmap(1)), and that makes another name of some: "ß" becomes
 * "ss". Such a domain is known by its ASCII form alone.
 */
export function unicodeDomain(ascii: string): string | undefined {
	if (!ascii.includes("xn--")) return undefined;
	const unicode = domainToUnicode(ascii);
	if (isAscii(unicode) || domainToASCII(unicode) !== ascii) return undefined;
	return /\p{Changes_When_Casefolded}|\p{Z}|\p{C}/u.test(unicode) ? undefined : unicode;
}

/**
 * The forms under which Postfix meets a domain: with SMTPUTF8 the sender decides which comes, and Postfix looks up what
 * came (SMTPUTF8_README).
 */
export function domainForms(ascii: string): string[] {
	const unicode = unicodeDomain(ascii);
	return unicode === undefined ? [ascii] : [ascii, unicode];
}

/** True for either form of a domain, exactly as it stands in our tables. */
export function isDomainForm(text: string): boolean {
	if (isAscii(text)) return isDomain(text);
	const ascii = asciiDomain(text);
	return ascii !== undefined && unicodeDomain(ascii) === text;
}
