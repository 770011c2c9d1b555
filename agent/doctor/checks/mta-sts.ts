import { textOf } from "../../../shared/dns/text.ts";
import { tagsOf } from "../../../shared/dns/wanted/dkim.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import type { Fetched } from "../../../shared/doctor/https.ts";
import { policyAllows, readPolicy, type StsPolicy } from "../../../shared/doctor/mta-sts.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { deleteLine } from "../lines.ts";

const source = "RFC 8461, 3";

interface Seen {
	answer: Answer;
	policy: Fetched | undefined;
}

/** MTA-STS as it is published: the record, and the policy that it announces. Where nobody set it up, nothing is missing. */
export const mtaSts = check<DomainKnown, HomeEyes, Seen>({
	name: "mta_sts",

	async look({ mail }, { dns, https }) {
		const answer = await dns.published(`_mta-sts.${mail.domain}`, "TXT");
		const announced = recordsIn(answer).some(isSts);
		const url = `https://mta-sts.${mail.domain}/.well-known/mta-sts.txt`;
		return { answer, policy: announced ? await https(url) : undefined };
	},

	judge({ answer, policy }, known) {
		const { domain } = known.mail;
		const subject = `_mta-sts.${domain} TXT`;
		if (answer.is === "unknown")
			return [
				{ code: "mta_sts_not_known", severity: "not_known", subject, found: troubleText(answer.trouble) },
			];
		const records = recordsIn(answer).filter(isSts);
		if (records.length === 0) {
			const found = say`no MTA-STS is set up, and none is needed`;
			return [{ code: "mta_sts_not_set_up", severity: "well", subject, found, source }];
		}
		const record = judgeRecord(records, { subject, turn: "home", source }, domain);
		return [...record, ...judgePolicy(policy!, known)];
	},
});

const isSts = (record: string) => /^\s*v\s*=\s*sts/i.test(textOf(record) ?? "");

function judgeRecord(
	records: readonly string[],
	about: Pick<Finding, "subject" | "turn" | "source">,
	domain: string,
): Finding[] {
	const line = `_mta-sts.${domain}. IN TXT "v=STSv1; id=1;"`;
	if (records.length > 1)
		return [
			{
				...{ ...about, code: "mta_sts_two_records", severity: "todo", line },
				found: say`there are ${records.length} records, and senders take none`,
				wanted: say`one record, with an id that changes when the policy does`,
			},
		];
	const tags = tagsOf(records[0]!);
	if (tags?.v === "STSv1" && /^[a-z0-9]{1,32}$/i.test(tags.id ?? "")) return [];
	return [
		{
			...{ ...about, code: "mta_sts_unreadable", severity: "todo", line },
			found: say`"${textOf(records[0]!) ?? ""}" is not what senders understand`,
			wanted: say`v=STSv1 and an id of letters and digits`,
		},
	];
}

function judgePolicy(fetched: Fetched, known: DomainKnown): Finding[] {
	const { domain, relay } = known.mail;
	const subject = `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
	const about = { subject, turn: "relay", source } as const;
	// The announcement stands in the zone of who runs the home, whoever serves the policy.
	const withdraw = { turn: "home", line: deleteLine(known, `_mta-sts.${domain}`, "TXT") } as const;
	if ("failed" in fetched)
		return [
			{
				...{ ...about, ...withdraw, code: "mta_sts_no_policy", severity: "todo" },
				found: say`a policy is announced, and cannot be fetched: ${fetched.failed}`,
				wanted: say`the file, with a certificate for mta-sts.${domain}; or no announcement, as long as nobody serves it`,
			},
		];
	if (fetched.status !== 200)
		return [
			{
				...{ ...about, ...withdraw, code: "mta_sts_no_policy", severity: "todo" },
				found: say`a policy is announced, and the web server answers ${fetched.status}`,
				wanted: say`status 200 without a redirect; or no announcement, as long as nobody serves it`,
			},
		];
	const policy = readPolicy(fetched.text);
	if (typeof policy === "string")
		return [
			{
				...{ ...about, code: "mta_sts_policy_unreadable", severity: "todo" },
				...(relay ? { line: policyFile(relay.name) } : {}),
				found: say`senders cannot read the policy: ${policy}`,
				wanted: say`the four fields version, mode, mx and max_age`,
			},
		];
	return judgeContent(policy, about, relay?.name);
}

function judgeContent(
	policy: StsPolicy,
	about: Pick<Finding, "subject" | "turn" | "source">,
	relay: string | undefined,
): Finding[] {
	const { subject } = about;
	if (!relay || policy.mode === "none" || policyAllows(policy, relay))
		return [
			{
				code: "mta_sts_well",
				severity: "well",
				subject,
				found: say`mode ${policy.mode}, mx ${policy.mx.join(", ")}`,
			},
		];
	return [
		{
			...{ ...about, code: "mta_sts_lacks_relay", line: policyFile(relay, policy.mode) },
			severity: policy.mode === "enforce" ? "risk" : "todo",
			found: say`the policy allows ${policy.mx.join(", ")}, and the MX is ${relay}`,
			wanted: say`the MX in the policy, or senders that follow it do not deliver`,
		},
	];
}

/** The file, as a command writes it. */
const policyFile = (relay: string, mode = "testing") =>
	`printf 'version: STSv1\\nmode: ${mode}\\nmx: ${relay}\\nmax_age: 604800\\n' >mta-sts.txt`;
