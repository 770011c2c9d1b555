import type { Address } from "../../../shared/address.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { isDomain } from "../../../shared/domain-name.ts";
import { say } from "../../../shared/words/say.ts";
import type { RelayEyes, RelayKnown } from "../known.ts";
import { reverseName } from "../reversed.ts";

/** What each address is called, and whether that name leads back to it. */
interface Seen {
	address: Address;
	ptr: Answer;
	back: Array<{ name: string; leadsBack: boolean }>;
}

/** Names of one address that are looked at. */
const mostNames = 4;

/** The name of each address is the relay's, and leads back: receivers ask for both before they take mail. */
export const reverse = check<RelayKnown, RelayEyes, Seen[]>({
	name: "reverse",

	async look(known, { dns }) {
		const addresses = await sendingAddresses(known, { dns });
		return Promise.all(
			addresses.map(async (address) => {
				const ptr = await dns.ask(reverseName(address), "PTR");
				const names = recordsIn(ptr)
					.map((one) => one.replace(/\.$/, "").toLowerCase())
					.slice(0, mostNames);
				const type = address.includes(":") ? "AAAA" : "A";
				const back = names.map(async (name) => ({
					name,
					leadsBack: recordsIn(await dns.ask(name, type)).includes(address),
				}));
				return { address, ptr, back: await Promise.all(back) };
			}),
		);
	},

	judge: (seen, known) => (isDomain(known.name) ? seen.map((one) => judgeOne(one, known)) : []),
});

/** Those that the relay's name has; of a family of which it has none, the first that this machine has. */
async function sendingAddresses(
	{ name, addresses }: RelayKnown,
	{ dns }: Pick<RelayEyes, "dns">,
): Promise<Address[]> {
	const found = await Promise.all([dns.ask(name, "A"), dns.ask(name, "AAAA")]);
	const named = found.flatMap(recordsIn);
	return ["A", "AAAA"].flatMap((type) => {
		const family = addresses.filter((one) => one.includes(":") === (type === "AAAA"));
		const ours = family.filter((one) => named.includes(one));
		return ours.length > 0 ? ours : family.slice(0, 1);
	});
}

function judgeOne({ address, ptr, back }: Seen, { name }: RelayKnown): Finding {
	if (ptr.is === "unknown")
		return {
			...{ code: "reverse_not_known", severity: "not_known", subject: address },
			found: troubleText(ptr.trouble),
		};
	const source = "RFC 5321, 4.1.4; RFC 8499, 5 (FCrDNS)";
	const wrong = {
		...({ subject: address, turn: "hoster", source, wanted: name } as const),
		line: `${reverseName(address)}. IN PTR ${name}.`,
	};
	if (back.length === 0) {
		const found = say`${address} has no reverse name, and many refuse mail from such a machine`;
		return { ...wrong, code: "reverse_missing", severity: "risk", found };
	}
	const ours = back.find((one) => one.name === name);
	const shown = back.map((one) => one.name).join(", ");
	if (ours?.leadsBack) return { code: "reverse_well", severity: "well", subject: address, found: name };
	if (ours)
		return {
			...{ ...wrong, code: "reverse_does_not_lead_back", severity: "risk", turn: "relay" },
			found: say`${address} is called ${name}, and that name does not lead back to it`,
			line: `${name}. IN ${address.includes(":") ? "AAAA" : "A"} ${address}`,
		};
	// It has a name that leads back, if another than it greets with.
	const severity = back.some((one) => one.leadsBack) ? "todo" : "risk";
	return { ...wrong, code: "reverse_differs", severity, found: say`${address} is called ${shown}` };
}
