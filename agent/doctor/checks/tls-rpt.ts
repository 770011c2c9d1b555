import { textOf } from "../../../shared/dns/text.ts";
import { tagsOf } from "../../../shared/dns/wanted/dkim.ts";
import { tlsrpt as wanted } from "../../../shared/dns/wanted/tlsrpt.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn } from "../../../shared/doctor/dns/answer.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const source = "RFC 8460, 3";
const gravity = { prefix: "tls_rpt", missing: "todo", differs: "todo", source } as const;

/** Where others report that they could not reach the MX with TLS; asked for only where it is configured. */
export const tlsRpt = check<DomainKnown, HomeEyes, { records: SeenRecords; there: Answer }>({
	name: "tls_rpt",

	async look({ mail }, { dns }) {
		const [records, there] = await Promise.all([
			seeRecords(wanted, mail, dns),
			dns.published(`_smtp._tls.${mail.domain}`, "TXT"),
		]);
		return { records, there };
	},

	judge({ records, there }, known) {
		const subject = `_smtp._tls.${known.mail.domain} TXT`;
		const present = recordsIn(there).filter((record) => /tlsrpt/i.test(textOf(record) ?? ""));
		const [record] = present;
		const uris = (record === undefined ? undefined : tagsOf(record)?.rua)?.split(",") ?? [];
		const readable =
			present.length === 1 &&
			/^v=TLSRPTv1;/.test(textOf(record!) ?? "") &&
			uris.length > 0 &&
			uris.every((uri) => /^(?:mailto:[^@]+@[^@]+|https:\/\/.+)$/i.test(uri));
		const standing = judgeRecords(records, known, gravity);
		if (present.length === 0 || readable || standing.some(({ severity }) => severity !== "well"))
			return standing;
		return [
			{
				...{ code: "tls_rpt_unreadable", severity: "todo", subject, source, turn: "home" },
				found: say`"${textOf(record!) ?? ""}" is not what senders understand, and they report to nobody`,
				wanted: say`one record with v=TLSRPTv1 and rua= with mailto: or https: addresses`,
				line: `_smtp._tls.${known.mail.domain}. IN TXT "v=TLSRPTv1; rua=mailto:postmaster@${known.mail.domain}"`,
			},
		];
	},
});
