import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";
import type { Told } from "../told.ts";

const source = "RFC 1035, 3.2.1";

/** Seconds. What follows a line whose address changes daily may be remembered so long. */
const longestTtl = 300;

/** At its start the daemon compares the names with deSEC and sets what differs; mail waits for it in the meantime. */
const setAgain = "systemctl restart heimweg";

interface Seen {
	names: Array<{ name: string; kept: boolean; a: Answer; aaaa: Answer }>;
}

/** The names that mail programs use lead to this home, or to the relay where they are handed on, and follow a change soon. */
export const clientNames = check<HomeKnown, HomeEyes, Seen>({
	name: "client_names",

	async look({ names, domains }, { dns }) {
		const apexes = domains.map(({ domain }) => domain).filter((domain) => !names.includes(domain));
		const all = [...names, ...apexes].map(async (name) => {
			const [a, aaaa] = await Promise.all([dns.published(name, "A"), dns.published(name, "AAAA")]);
			return { name, kept: names.includes(name), a, aaaa };
		});
		return { names: await Promise.all(all) };
	},

	judge: ({ names }, known) =>
		names.flatMap((one) => (one.kept ? judgeKept(one, known) : judgeOther(one, known))),
});

function judgeKept({ name, a, aaaa }: Seen["names"][number], { told }: HomeKnown): Finding[] {
	const about = { subject: name, turn: "home", source } as const;
	const failed = [a, aaaa].find((one) => one.is === "unknown");
	if (failed?.is === "unknown")
		return [
			{
				code: "client_name_not_known",
				severity: "not_known",
				subject: name,
				found: troubleText(failed.trouble),
			},
		];
	const present = [...recordsIn(a), ...recordsIn(aaaa)];
	if (present.length === 0)
		return [
			{
				...{ ...about, code: "client_name_missing", severity: "risk" },
				found: say`mail programs find no address at this name`,
				wanted: say`the address of this line, or the relay's`,
				line: setAgain,
			},
		];
	const findings = judgeAddresses(about, present, told);
	const slow = [a, aaaa].find((one) => one.is === "there" && one.ttl > longestTtl);
	if (slow?.is === "there" && !relayed(name, told))
		findings.push({
			...{ ...about, code: "client_name_slow", severity: "todo" },
			found: say`it is remembered for ${slow.ttl} s, and mail programs look for the old address so long`,
			wanted: say`a TTL of 60 s, which deSEC's dynDNS sets`,
			line: setAgain,
		});
	if (findings.length > 0) return findings;
	return [{ code: "client_name_well", severity: "well", subject: name, found: present.join(", "), source }];
}

/** An address that is neither this line's nor the relay's leads elsewhere. */
function judgeAddresses(
	about: { subject: string; turn: "home"; source: string },
	present: readonly string[],
	told: Told | undefined,
): Finding[] {
	const { homeAddresses = [], relay } = told ?? {};
	const ofRelay: readonly string[] = relay?.addresses ?? [];
	const ofHome: readonly string[] = homeAddresses;
	const viaRelay = relayed(about.subject, told);
	if (!told || (viaRelay ? ofRelay : ofHome).length === 0) return [];
	const strange = present.filter((one) => ![...ofRelay, ...ofHome].includes(one));
	const wrong = present.filter((one) => (viaRelay ? ofHome : ofRelay).includes(one));
	if (strange.length + wrong.length === 0) return [];
	const wanted = (viaRelay ? ofRelay : ofHome).join(", ");
	const found =
		strange.length > 0
			? say`it leads to ${strange.join(", ")}, which is neither this line nor the relay`
			: viaRelay
				? say`it leads to this line (${wrong.join(", ")}), and the configuration says to the relay`
				: say`it leads to the relay (${wrong.join(", ")}), and the configuration says to this line`;
	return [
		{
			...{ ...about, code: "client_name_elsewhere", severity: "risk", found, wanted },
			line: setAgain,
		},
	];
}

const relayed = (name: string, told: Told | undefined) => told?.relayed.includes(name) ?? false;

/** A name with this line's address that nobody keeps true. */
function judgeOther({ name, a, aaaa }: Seen["names"][number], { told, names }: HomeKnown): Finding[] {
	const ofHome: readonly string[] = told?.homeAddresses ?? [];
	const ours = [...recordsIn(a), ...recordsIn(aaaa)].filter((one) => ofHome.includes(one));
	if (ours.length === 0) return [];
	return [
		{
			...{ code: "address_not_kept", severity: "todo", subject: name, turn: "home", source },
			found: say`it leads to this line (${ours.join(", ")}), and Heimweg does not keep it true when the address changes`,
			wanted: say`the name in dns.names, or another address`,
			line: `names = [${[...names, name].map((one) => `"${one}"`).join(", ")}]`,
		},
	];
}
