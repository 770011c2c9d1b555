import type { Answer } from "./dns/answer.ts";

/** What authorities write into certificates as their organization, and what they go by in CAA. */
const authorities: ReadonlyArray<[organization: RegExp, domains: readonly string[]]> = [
	[/Let's Encrypt|Internet Security Research Group/i, ["letsencrypt.org"]],
	[/ZeroSSL|Sectigo|COMODO/i, ["sectigo.com", "comodoca.com", "zerossl.com"]],
	[/Google Trust Services/i, ["pki.goog"]],
	[/Buypass/i, ["buypass.com", "buypass.no"]],
	[/DigiCert|GeoTrust|Thawte|RapidSSL/i, ["digicert.com"]],
	[/SSL Corp|SSL\.com/i, ["ssl.com"]],
	[/Actalis/i, ["actalis.it"]],
	[/GlobalSign/i, ["globalsign.com"]],
];

/** By what names an issuer goes in CAA; none when it is not known. */
export function caaNamesOf(issuer: string): readonly string[] {
	return authorities.find(([organization]) => organization.test(issuer))?.[1] ?? [];
}

/** The CAA records that count for a name: its own, or those of the nearest parent that has some (RFC 8659, 3). */
export async function caaFor(
	name: string,
	lookUp: (name: string, type: string) => Promise<Answer>,
): Promise<{ at: string; records: string[] } | undefined | Extract<Answer, { is: "unknown" }>> {
	for (let at = name; at.includes("."); at = at.split(".").slice(1).join(".")) {
		const answer = await lookUp(at, "CAA");
		if (answer.is === "unknown") return answer;
		if (answer.is === "there") return { at, records: answer.records };
	}
	return undefined;
}

/** What an `issue` record says: whom it lets issue, and for which account alone (RFC 8657, 3). */
function issuersIn(records: readonly string[]): Array<{ issuer: string; account: string | undefined }> {
	return records.flatMap((record) => {
		const [, tag, value = ""] = /^\d+ (issue|issuewild) "([^"]*)"/i.exec(record) ?? [];
		if (tag?.toLowerCase() !== "issue") return [];
		const [issuer = "", ...parameters] = value.split(";").map((one) => one.trim());
		const account = parameters.map((one) => /^accounturi\s*=\s*(\S+)$/i.exec(one)?.[1]).find(Boolean);
		return [{ issuer: issuer.toLowerCase(), account }];
	});
}

/** Whether these records let one of the authorities issue for a name; what only asks for reports forbids nothing. */
export function caaAllows(records: readonly string[], names: readonly string[]): boolean {
	const issuers = issuersIn(records);
	return issuers.length === 0 || issuers.some(({ issuer }) => names.includes(issuer));
}

/** The accounts for which alone the authority may issue; empty where it may for everybody. */
export function caaAccounts(records: readonly string[], names: readonly string[]): string[] {
	const ours = issuersIn(records).filter(({ issuer }) => names.includes(issuer));
	const accounts = ours.flatMap(({ account }) => account ?? []);
	return accounts.length === ours.length ? accounts : [];
}
