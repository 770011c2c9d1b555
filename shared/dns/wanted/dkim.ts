import { createPublicKey } from "node:crypto";
import { textOf, textRecord } from "../text.ts";
import type { DkimKey, MailDomain } from "./mail-domain.ts";
import { type Fault, nothing, together, type Wishes, wholeSet } from "./wish.ts";

/** Receivers must not take an RSA key below 1024 bits (RFC 8301, 3.2). */
const leastBits = 1024;
/** Longer ones do not fit into some panels and resolvers; RFC 8301 asks verifiers for up to 4096. */
const mostBits = 4096;

/** The public half of each key that signs the domain's mail (RFC 6376, 3.6.1), read where the signer reads it. Pure. */
export function dkim({ domain, keys }: MailDomain): Wishes {
	if (!keys) {
		const why = "the keys that sign this home's mail are not known";
		const remedy =
			'run "systemctl enable --now heimweg-dkim.path heimweg-dkim.timer", and look at "heimweg dkim"';
		return { wanted: [], leftOut: [{ kind: "DKIM", why, remedy, unknown: true }] };
	}
	const ours = keys.filter((key) => key.domain === domain);
	if (ours.length === 0) {
		const why = `no key of OpenDKIM or Rspamd signs for ${domain}`;
		return { ...nothing, leftOut: [{ kind: "DKIM", why, remedy: "set up signing at home", unknown: true }] };
	}
	const bySelector = new Map<string, DkimKey[]>();
	for (const key of ours) bySelector.set(key.selector, [...(bySelector.get(key.selector) ?? []), key]);
	return together(
		[...bySelector.values()].map((some) =>
			some.length === 1 ? oneKey(domain, some[0]!) : severalKeys(domain, some),
		),
	);
}

/**
 * A selector has one record with one key; what receivers make of several is not defined (RFC 6376, 3.6.2.2). Both signers
 * let it be set up otherwise. All receivers know RSA, so its key is published, and mail with both signatures is well.
 */
function severalKeys(domain: string, keys: readonly DkimKey[]): Wishes {
	const { selector } = keys[0]!;
	const place = { kind: "DKIM", name: `${selector}._domainkey.${domain}`, type: "TXT" };
	const rsa = keys.filter(({ type }) => type === "rsa");
	if (rsa.length !== 1) {
		const files = keys.map(({ source }) => source).join(" and ");
		const why = `different keys sign with the selector ${selector}: ${files}; a selector has one (RFC 6376, 3.6.2.2)`;
		const remedy = "give each a selector of its own where it is set up to sign";
		return { wanted: [], leftOut: [{ ...place, why, remedy, unknown: true }] };
	}
	const published = oneKey(domain, rsa[0]!);
	const others = keys.filter((key) => key !== rsa[0]);
	return {
		wanted: published.wanted,
		leftOut: [
			...published.leftOut,
			...others.map(({ source }) => ({
				...place,
				why: `${source} signs with the selector ${selector}, too, and a selector has one key (RFC 6376, 3.6.2.2): nobody can check what it signs`,
				remedy: `give the key in ${source} a selector of its own where it is set up to sign`,
			})),
		],
	};
}

function oneKey(domain: string, key: DkimKey): Wishes {
	const place = { kind: "DKIM", name: `${key.selector}._domainkey.${domain}`, type: "TXT" };
	const text = `v=DKIM1; k=${key.type}; p=${key.publicKey}`;
	const tooShort = key.type === "rsa" && key.bits < leastBits;
	if (tooShort || key.bits > mostBits) {
		const why = `the key in ${key.source} has ${key.bits} bits, and receivers take ${leastBits} to ${mostBits}`;
		return {
			wanted: [],
			leftOut: [
				{ ...place, why, remedy: "make a new one of 2048 bits, with a selector of its own", unknown: true },
			],
		};
	}
	return {
		wanted: [
			{
				...place,
				records: [textRecord(text)],
				why: `others can check what ${domain} signs with the selector ${key.selector}`,
				word: `${key.source} (${key.type}${key.type === "rsa" ? `, ${key.bits} bits` : ""})`,
				claims: wholeSet,
				accepts: (present) =>
					present.length === 1 && tagsOf(present[0]!)?.p === key.publicKey && sameKind(present[0]!, key),
				faults: (present) => dkimFaults(present, key),
			},
		],
		leftOut: [],
	};
}

function sameKind(record: string, key: DkimKey): boolean {
	const tags = tagsOf(record);
	return (tags?.k ?? "rsa") === key.type && (tags?.v ?? "DKIM1") === "DKIM1" && !tags?.t?.includes("y");
}

/** What is wrong with the record of a selector; with a key, whether it is that key's. */
export function dkimFaults(present: readonly string[], key?: DkimKey): Fault[] {
	if (present.length > 1)
		return [
			{
				code: "dkim_two_records",
				so: `there are ${present.length} records, and receivers may take any of them`,
			},
		];
	return present.flatMap((record): Fault[] => {
		const tags = tagsOf(record);
		if (!tags || tags.p === undefined)
			return [{ code: "dkim_unreadable", so: `"${(textOf(record) ?? record).slice(0, 60)}" is no DKIM key` }];
		if (tags.p === "")
			return [{ code: "dkim_revoked", so: "the key is revoked: p= is empty (RFC 6376, 3.6.1)" }];
		const bits = (tags.k ?? "rsa") === "rsa" ? rsaBits(tags.p) : undefined;
		if (bits !== undefined && bits < leastBits)
			return [
				{
					code: "dkim_too_short",
					so: `the key has ${bits} bits, and receivers take ${leastBits} to ${mostBits} (RFC 8301, 3.2)`,
				},
			];
		if (tags.t?.split(":").includes("y"))
			return [{ code: "dkim_for_tests", so: "it says t=y, for tests: receivers ignore what fails" }];
		if (tags.h !== undefined && !tags.h.split(":").includes("sha256"))
			return [
				{
					code: "dkim_without_sha256",
					so: `"h=${tags.h}" leaves SHA-256 out, and receivers take nothing else (RFC 8301, 3.1)`,
				},
			];
		if (tags.s !== undefined && !tags.s.split(":").some((one) => one === "*" || one === "email"))
			return [{ code: "dkim_not_for_mail", so: `"s=${tags.s}" says that the key is not for mail` }];
		if (!key || tags.p === key.publicKey) return [];
		return [{ code: "dkim_other_key", so: `it is another key than the one in ${key.source}` }];
	});
}

/** The length of a published RSA key; undefined for what is none. */
function rsaBits(base64: string): number | undefined {
	try {
		const key = createPublicKey({ key: Buffer.from(base64, "base64"), format: "der", type: "spki" });
		return key.asymmetricKeyDetails?.modulusLength;
	} catch {
		return undefined;
	}
}

/** The tags of a record in the form `tag=value; tag=value` (RFC 6376, 3.2), spaces inside values left out. */
export function tagsOf(record: string): Record<string, string> | undefined {
	const tags: Record<string, string> = {};
	for (const part of (textOf(record) ?? "").split(";")) {
		if (part.trim() === "") continue;
		const [, tag, value] = /^\s*([a-z][a-z0-9_]*)\s*=(.*)$/is.exec(part) ?? [];
		if (tag === undefined || tag in tags) return undefined;
		tags[tag] = value!.replace(/\s+/g, "");
	}
	return tags;
}
