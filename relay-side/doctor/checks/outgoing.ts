import { check } from "../../../shared/doctor/check.ts";
import { recordsIn } from "../../../shared/doctor/dns/answer.ts";
import { shellWord } from "../../../shared/shell-word.ts";
import { say } from "../../../shared/words/say.ts";
import type { RelayEyes, RelayKnown } from "../known.ts";

/** Domains with mail servers that are always there, of owners who have nothing to do with each other. */
const largeDomains = ["gmail.com", "outlook.com", "gmx.net"];

interface Seen {
	/** Where Postfix sends what it does not deliver itself; empty: to each domain's own servers. */
	relayhost: string;
	tried: Array<{ host: string; connects: boolean | undefined }>;
}

/** The relay reaches port 25 of others: many hosters close it until somebody asks. It connects, and sends nothing. */
export const outgoing = check<RelayKnown, RelayEyes, Seen>({
	name: "outgoing",
	patience: "long",

	async look(_, { run, dns, connects }) {
		const relayhost = (await run("postconf", ["-xh", "relayhost"])).trim();
		if (relayhost !== "") return { relayhost, tried: [] };
		const tried = largeDomains.map(async (domain) => {
			const [first] = recordsIn(await dns.ask(domain, "MX")).sort(
				(a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
			);
			const host = first?.split(" ")[1]?.replace(/\.$/, "");
			const [address] = host ? recordsIn(await dns.ask(host, "A")) : [];
			return address ? [{ host: host!, connects: await connects(address, 25) }] : [];
		});
		return { relayhost, tried: (await Promise.all(tried)).flat() };
	},

	judge({ relayhost, tried }, { name }) {
		if (relayhost !== "") {
			const found = say`Postfix sends everything through ${relayhost}`;
			return [{ code: "outgoing_by_relayhost", severity: "well", subject: name, found }];
		}
		const open = tried.filter(({ connects }) => connects);
		const hosts = tried.map(({ host }) => host).join(", ");
		const subject = hosts || name;
		if (open.length > 0)
			return [
				{ code: "outgoing_well", severity: "well", subject, found: open.map(({ host }) => host).join(", ") },
			];
		// One silent server is its own matter; where names lead nowhere, the resolver is.
		if (tried.length < 2 || tried.some(({ connects }) => connects === undefined)) {
			const found = say`port 25 of others could not be tried from here`;
			return [{ code: "outgoing_not_known", severity: "not_known", subject, found }];
		}
		return [
			{
				...{ code: "outgoing_closed", severity: "risk", subject, turn: "hoster" },
				found: say`no connection to port 25 of ${hosts} comes about: mail does not go out`,
				wanted: say`the hoster opens port 25 outward; most do when they are asked`,
				line: `nc -vz -w 5 ${shellWord(tried[0]!.host)} 25`,
				source: "RFC 5321, 4.5.4.2",
			},
		];
	},
});
