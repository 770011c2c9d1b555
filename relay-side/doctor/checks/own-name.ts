import { relayRecords } from "../../../shared/dns/wanted/relay-name.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { judgeWish } from "../../../shared/doctor/wish.ts";
import { isDomain } from "../../../shared/domain-name.ts";
import { say } from "../../../shared/words/say.ts";
import type { RelayEyes, RelayKnown } from "../known.ts";
import { reverseName } from "../reversed.ts";

interface Seen {
	a: Answer;
	aaaa: Answer;
	txt: Answer;
	/** What this machine's addresses are called. */
	reverse: string[];
}

/** The relay's own name: one of the DNS, with this machine's addresses, and who may send in it. */
export const ownName = check<RelayKnown, RelayEyes, Seen>({
	name: "own_name",

	async look({ name, addresses }, { dns }) {
		const [a, aaaa, txt] = await Promise.all([
			dns.published(name, "A"),
			dns.published(name, "AAAA"),
			dns.published(name, "TXT"),
		]);
		const names = await Promise.all(addresses.map((one) => dns.ask(reverseName(one), "PTR")));
		return { a, aaaa, txt, reverse: names.flatMap(recordsIn).map((one) => one.replace(/\.$/, "")) };
	},

	judge({ a, aaaa, txt, reverse }, known) {
		const { name } = known;
		// What a stranger's PTR says is typed into a shell only when it is a name.
		const named = reverse.map((one) => one.toLowerCase()).find(isDomain);
		if (!isDomain(name))
			return [
				{
					...{ code: "relay_name_not_complete", severity: "risk", subject: name, turn: "relay" },
					found: say`Postfix calls this machine "${name}", which is no complete name of the DNS`,
					wanted: say`the name that MX records and the address's reverse name have`,
					...(named ? { line: `postconf -e "myhostname = ${named}" && postfix reload` } : {}),
					source: "RFC 5321, 2.3.5",
				},
			];
		return [...judgeAddresses(a, aaaa, known), ...judgeSpf(txt, known)];
	},
});

function judgeAddresses(a: Answer, aaaa: Answer, { name, addresses }: RelayKnown): Finding[] {
	const lines = (list: readonly string[]) =>
		list.map((one) => `${name}. IN ${one.includes(":") ? "AAAA" : "A"} ${one}`).join("\n");
	const wrong = { severity: "risk", subject: name, turn: "relay", source: "RFC 5321, 2.3.5" } as const;
	const mending = addresses.length > 0 ? { line: lines(addresses) } : {};
	const alias = [a, aaaa].find((one) => one.is !== "unknown" && one.alias !== undefined);
	if (alias && alias.is !== "unknown")
		return [
			{
				...{ ...wrong, ...mending, code: "relay_name_is_alias", source: "RFC 5321, 5.1; RFC 2181, 10.3" },
				found: say`${name}, which MX records name, is a CNAME to ${alias.alias!}`,
				wanted: say`an MX names a host by its own name`,
			},
		];
	const failed = [a, aaaa].find((one) => one.is === "unknown");
	if (failed?.is === "unknown")
		return [
			{
				...{ code: "relay_name_not_known", severity: "not_known", subject: name },
				found: troubleText(failed.trouble),
			},
		];
	const forward = [...recordsIn(a), ...recordsIn(aaaa)];
	const wanted = addresses.join(", ");
	if (forward.length === 0)
		return [{ ...wrong, ...mending, code: "relay_name_missing", found: say`${name} has no address`, wanted }];
	// A machine with an address for each home has more than its name needs to have.
	const foreign = forward.filter((one) => !(addresses as readonly string[]).includes(one));
	if (foreign.length > 0)
		return [
			{
				...{ ...wrong, ...mending, code: "relay_name_differs", wanted },
				found: say`${name} leads to ${foreign.join(", ")}, which this machine does not have`,
			},
		];
	return [{ code: "relay_name_well", severity: "well", subject: name, found: forward.join(", ") }];
}

/** Bounces have no other domain than the relay's name (RFC 7208, 2.4). */
function judgeSpf(txt: Answer, { name, addresses }: RelayKnown): Finding[] {
	const wanted = relayRecords({ name, addresses, forward: addresses });
	const wish = wanted.find(({ type }) => type === "TXT");
	if (!wish) return [];
	const gravity = { prefix: "relay_spf", missing: "todo", differs: "todo", source: "RFC 7208, 2.4" } as const;
	const line = wish.records.map((record) => `${name}. IN TXT ${record}`).join("\n");
	return judgeWish(wish, txt, gravity, { turn: "relay", line: () => line });
}
