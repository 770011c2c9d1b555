import { randomBytes } from "node:crypto";
import { sameRecords } from "../../../shared/dns/rrset.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, type Trouble, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Message } from "../../../shared/doctor/dns/message.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { ownResolverLine } from "../../../shared/doctor/own-resolver.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

const source = "RFC 8020; RFC 7766";

interface Seen {
	/** What it says of a name that cannot exist (RFC 6761, 6.4). */
	invented: Answer;
	/** By domain: where its mail goes, by this machine's resolver and by the zone's own servers. */
	mail: Array<{ domain: string; here: Answer; there: Answer }>;
	/** By resolver: what it says of the root. */
	each: Array<{ name: string; said: Message | Trouble }>;
}

/** This machine's resolvers: each answers, and none invents names. */
export const resolver = check<HomeKnown, HomeEyes, Seen>({
	name: "resolver",

	async look({ domains }, { dns }) {
		const asked = domains.map(async ({ domain }) => {
			const [here, there] = await Promise.all([dns.ask(domain, "MX"), dns.published(domain, "MX")]);
			return { domain, here, there };
		});
		const [invented, ...each] = await Promise.all([
			dns.ask(`${randomBytes(6).toString("hex")}.invalid`, "A"),
			...dns.resolvers.map(async (place) => ({
				name: place.name,
				said: await dns.at(place, { name: ".", type: "NS", recursive: true }),
			})),
		]);
		return { invented, each, mail: await Promise.all(asked) };
	},

	judge({ invented, each, mail }) {
		const subject = "resolver";
		if (invented.is === "there")
			return [
				{
					...{ code: "resolver_invents", severity: "risk", subject, turn: "home", source },
					found: say`it gives an address for a name that does not exist: ${invented.records.join(", ")}`,
					wanted: say`a resolver that says so when there is nothing, or mail to slips of the pen waits for days`,
					line: ownResolverLine,
				},
			];
		const failing = each.flatMap(({ name, said }) => ("is" in said ? [{ name, said }] : []));
		if (failing.length === 0)
			return mail.some(differs)
				? mail.filter(differs).map(judgeOther)
				: [
						{
							code: "resolver_well",
							severity: "well",
							subject,
							found: each.map(({ name }) => name).join(", "),
						},
					];
		const all = failing.length === each.length;
		return failing.map(({ name, said }) => ({
			...{ code: "resolver_fails", severity: all ? "risk" : "todo", subject: name, turn: "home" },
			found: troubleText(said),
			wanted: say`resolvers that answer, in /etc/resolv.conf`,
			line: `dig @${name} . NS`,
			source: "resolv.conf(5)",
		}));
	},
});

type Mail = Seen["mail"][number];

const differs = ({ here, there }: Mail) =>
	here.is !== "unknown" && there.is !== "unknown" && !sameRecords("MX", recordsIn(here), recordsIn(there));

/** A resolver may remember for as long as the TTL was; so it is no alarm. */
function judgeOther({ domain, here, there }: Mail): Finding {
	const said = (answer: Answer) => recordsIn(answer).join(", ") || say`nothing`;
	return {
		...{ code: "resolver_differs", severity: "not_known", subject: `${domain} MX` },
		found: say`the resolver here says ${said(here)}, and the zone's own servers ${said(there)}: it remembers what was, or does not say what it heard`,
	};
}
