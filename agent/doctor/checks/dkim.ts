import { dkim as wanted } from "../../../shared/dns/wanted/dkim.ts";
import type { DkimKey } from "../../../shared/dns/wanted/mail-domain.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const gravity = { prefix: "dkim", missing: "risk", differs: "risk", source: "RFC 6376, 3.6.1" } as const;

/** What receivers have to take, and what they should be given (RFC 8301, 3.2). */
const leastBits = 1024;
const goodBits = 2048;
const mostBits = 4096;

/** The published half of each key that signs: there, of the key that is in use, and long enough. */
export const dkim = check<DomainKnown, HomeEyes, SeenRecords>({
	name: "dkim",
	look: ({ mail }, { dns }) => seeRecords(wanted, mail, dns),
	judge(seen, known) {
		const { domain, keys } = known.mail;
		if (!keys) return judgeRecords(seen, known, gravity);
		const ours = keys.filter((key) => key.domain === domain);
		const wanted = { wishes: { wanted: seen.wishes.wanted, leftOut: [] }, answers: seen.answers };
		return [...judgeRecords(wanted, known, gravity), ...judgeKeys(domain, ours, keys.length > ours.length)];
	},
});

const keyFolder = "/etc/dkimkeys";

/** OpenDKIM has to be able to read what it signs with. */
const newKeyLine = (domain: string, selector: string): string =>
	`runuser -u opendkim -- opendkim-genkey --bits=${goodBits} --domain=${domain} --selector=${selector} --directory=${keyFolder}`;

/** Of the first domain that is signed: a second one would take the place of the first in these settings. */
const signLine = (domain: string, selector: string): string =>
	`${newKeyLine(domain, selector)} && printf 'Domain ${domain}\\nSelector ${selector}\\nKeyFile ${keyFolder}/${selector}.private\\n' >>/etc/opendkim.conf && systemctl restart opendkim`;

function judgeKeys(domain: string, keys: readonly DkimKey[], signsOthers: boolean): Finding[] {
	const about = { turn: "home", source: "RFC 8301, 3.2" } as const;
	const anew = (selector: string) => newKeyLine(domain, selector);
	if (keys.length === 0)
		return [
			{
				...{ ...about, code: "dkim_nobody_signs", severity: "todo", subject: domain },
				line: (signsOthers ? newKeyLine : signLine)(domain, "home"),
				found: say`no key of OpenDKIM or Rspamd signs the domain's mail`,
				wanted: say`a key of ${goodBits} bits, and a signer that uses it`,
				source: "RFC 6376",
			},
		];
	const findings = keys.flatMap((key): Finding[] => {
		const subject = `${key.selector}._domainkey.${domain}`;
		const weak = { ...about, subject, line: anew(`${key.selector}2`) };
		if (key.type !== "rsa" || (key.bits >= goodBits && key.bits <= mostBits)) return [];
		const wanted = say`a new key of ${goodBits} bits, with a selector of its own`;
		if (key.bits >= leastBits && key.bits < goodBits)
			return [
				{
					...{ ...weak, code: "dkim_key_short", severity: "todo", wanted },
					found: say`the key in ${key.source} has ${key.bits} bits, which is less than receivers like`,
				},
			];
		return [
			{
				...{ ...weak, code: "dkim_key_unfit", severity: "risk", wanted },
				found: say`the key in ${key.source} has ${key.bits} bits, and receivers take ${leastBits} to ${mostBits}`,
			},
		];
	});
	if (keys.every(({ type }) => type === "ed25519"))
		findings.push({
			...{ ...about, code: "dkim_only_ed25519", severity: "todo", subject: domain, line: anew("home") },
			found: say`only ed25519 keys sign, and many receivers cannot check them`,
			wanted: say`an RSA key beside it`,
			source: "RFC 8463",
		});
	return findings;
}
