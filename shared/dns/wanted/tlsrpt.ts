import { textOf, textRecord } from "../text.ts";
import type { MailDomain } from "./mail-domain.ts";
import type { Wishes } from "./wish.ts";

/** Where others report that they could not reach the MX with TLS (RFC 8460, 3). Pure. */
export function tlsrpt({ domain, policy }: MailDomain): Wishes {
	const place = { kind: "TLS-RPT", name: `_smtp._tls.${domain}`, type: "TXT" };
	if (policy.tlsReports.length === 0) {
		const why = "no address for reports on TLS is configured";
		const remedy = 'add tls_reports = ["mailto:YOU"] to [dns.mail]';
		return { wanted: [], leftOut: [{ ...place, why, remedy }] };
	}
	return {
		wanted: [
			{
				...place,
				records: [textRecord(`v=TLSRPTv1; rua=${policy.tlsReports.join(",")}`)],
				why: "senders tell when they cannot deliver over TLS",
				word: "dns.mail.tls_reports",
				claims: (record) => /^\s*v\s*=\s*TLSRPT/i.test(textOf(record) ?? ""),
				faults: (present) =>
					present.length > 1
						? [
								{
									code: "tls_rpt_two_records",
									so: `there are ${present.length} TLS-RPT records, and senders take none`,
									slight: true,
								},
							]
						: [],
			},
		],
		leftOut: [],
	};
}
