import { mxFaults, mx as wanted } from "../../../shared/dns/wanted/mx.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeFaults, judgeRecords, type SeenRecords, seeRecords } from "../records.ts";

const source = "RFC 5321, 5.1";
const gravity = { prefix: "mx", missing: "risk", differs: "risk", source } as const;

interface Seen {
	records: SeenRecords;
	/** What is there, where what should be there is not known. */
	there: Answer | undefined;
	/** What stands at each host that an MX names. */
	hosts: Array<{ host: string; a: Answer; aaaa: Answer }>;
}

/** Mail for the domain goes to the relay: the MX records, and whether the hosts that they name lead anywhere. */
export const mx = check<DomainKnown, HomeEyes, Seen>({
	name: "mx",

	async look({ mail }, { dns }) {
		const records = await seeRecords(wanted, mail, dns);
		const there = records.answers.length > 0 ? undefined : await dns.published(mail.domain, "MX");
		const present = there ? [there] : records.answers;
		const hosts = [...new Set(present.flatMap(recordsIn).map((record) => record.split(" ")[1]!))]
			.map((host) => host.replace(/\.$/, ""))
			.filter((host) => host !== "");
		const seen = hosts.map(async (host) => {
			const [a, aaaa] = await Promise.all([dns.published(host, "A"), dns.published(host, "AAAA")]);
			return { host, a, aaaa };
		});
		return { records, there, hosts: await Promise.all(seen) };
	},

	judge: ({ records, there, hosts }, known) => [
		...(there ? judgeThere(there, known) : []),
		...judgeRecords(records, known, gravity),
		...hosts.flatMap((one) => judgeHost(one, known)),
	],
});

/** Without the relay's word: whether there is anything, and whether it can be right. */
function judgeThere(there: Answer, { mail }: DomainKnown): Finding[] {
	const about = { subject: `${mail.domain} MX`, source } as const;
	if (there.is === "nothing")
		return [
			{
				...{ ...about, code: "mx_missing", severity: "risk", turn: "home" },
				found: say`there is no MX record, so mail goes to the domain's own address, or nowhere`,
				wanted: say`one that names the relay`,
			},
		];
	const faults = (present: readonly string[]) => present.flatMap(mxFaults);
	return judgeFaults(there, () => true, faults, about);
}

function judgeHost({ host, a, aaaa }: Seen["hosts"][number], { mail }: DomainKnown): Finding[] {
	const isRelay = host === mail.relay?.name;
	const about = { subject: host, source, turn: isRelay ? "relay" : "home" } as const;
	const alias = [a, aaaa].find((one) => one.is !== "unknown" && one.alias !== undefined);
	if (alias && alias.is !== "unknown")
		return [
			{
				...{ ...about, code: "mx_is_alias", severity: "risk" },
				found: say`${host}, which an MX names, is a CNAME to ${alias.alias!}`,
				wanted: say`an MX names a host by its own name`,
				source: "RFC 5321, 5.1; RFC 2181, 10.3",
				line: [...recordsIn(a), ...recordsIn(aaaa)]
					.map((address) => `${host}. IN ${address.includes(":") ? "AAAA" : "A"} ${address}`)
					.join("\n"),
			},
		];
	if (recordsIn(a).length + recordsIn(aaaa).length > 0) return [];
	const failed = [a, aaaa].find((one) => one.is === "unknown");
	if (failed?.is === "unknown")
		return [
			{
				...{ code: "mx_host_not_known", severity: "not_known", subject: host },
				found: troubleText(failed.trouble),
			},
		];
	const addresses = isRelay ? mail.relay!.addresses : [];
	return [
		{
			...{ ...about, code: "mx_host_has_no_address", severity: "risk" },
			found: say`${host}, which an MX names, has no address`,
			wanted: say`its address, or an MX that names the relay`,
			...(addresses.length > 0
				? {
						line: addresses.map((one) => `${host}. IN ${one.includes(":") ? "AAAA" : "A"} ${one}`).join("\n"),
					}
				: {}),
		},
	];
}
