import { check } from "../../../shared/doctor/check.ts";
import { type Trouble, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Dns } from "../../../shared/doctor/dns/dns.ts";
import type { Message } from "../../../shared/doctor/dns/message.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { shellWord } from "../../../shared/shell-word.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";

const source = "RFC 1034, 4.2.2; RFC 2182, 5";

interface Seen {
	zone: string | Trouble;
	/** By server of the zone: the serial number of what it has, why it did not answer, or that it has no address. */
	servers: Array<{ name: string; serial: string | Trouble | undefined }>;
	/** The servers that the zone above names; undefined where that could not be seen. */
	above: string[] | undefined;
}

/** The zone's name servers: the parent names the same ones, each answers, and all have the same. */
export const delegation = check<DomainKnown, HomeEyes, Seen>({
	name: "delegation",

	async look({ mail }, { dns }) {
		const zone = await dns.zoneOf(mail.domain);
		if ("is" in zone) return { zone, servers: [], above: undefined };
		const [above, ...servers] = await Promise.all([
			namedAbove(zone.zone, dns),
			...zone.servers.map(async ({ name, places }) => {
				let serial: string | Trouble | undefined;
				// A line may have one family alone.
				for (const place of places) {
					const said = await dns.at(place, { name: zone.zone, type: "SOA", recursive: false });
					serial = "is" in said ? said : serialIn(said, name);
					if (typeof serial === "string") break;
				}
				return { name, serial };
			}),
		]);
		return { zone: zone.zone, servers, above };
	},

	judge({ zone, servers, above }, { mail }) {
		const subject = mail.domain;
		if (typeof zone !== "string")
			return [{ code: "delegation_not_known", severity: "not_known", subject, found: troubleText(zone) }];
		if (!zone.includes("."))
			return [
				{
					...{ code: "delegation_missing", severity: "risk", subject, turn: "registrar", source },
					found: say`the zone above, ${zone}, knows of no domain ${subject}`,
					wanted: say`the domain registered, with the name servers of who hosts its zone`,
					line: `${subject}. IN NS ns1.desec.io.\n${subject}. IN NS ns2.desec.org.`,
				},
			];
		return [...judgeServers(zone, servers), ...judgeAbove(zone, servers, above)];
	},
});

function judgeServers(zone: string, servers: Seen["servers"]): Finding[] {
	const about = { subject: zone, turn: "dns", source } as const;
	const serials = servers.flatMap(({ serial }) => (typeof serial === "string" ? [serial] : []));
	const failing = servers.flatMap(({ name, serial }): Finding[] => {
		if (typeof serial === "string") return [];
		const found = serial ? troubleText(serial) : say`the name server ${name} has no address`;
		return [
			{
				...{
					...about,
					code: "delegation_server_fails",
					severity: serials.length > 0 ? "todo" : "risk",
					found,
				},
				wanted: say`every name server of the zone answers`,
				line: `dig ${shellWord(`@${name}`)} ${zone} SOA +norecurse`,
			},
		];
	});
	if (new Set(serials).size > 1)
		failing.push({
			...{ ...about, code: "delegation_servers_differ", severity: "todo" },
			found: say`the name servers have different versions of the zone: ${[...new Set(serials)].join(", ")}`,
			wanted: say`all of them have the newest within seconds`,
			line: `dig ${zone} SOA +nssearch`,
		});
	if (servers.length === 1)
		failing.push({
			...{ ...about, code: "delegation_one_server", severity: "todo" },
			found: say`the zone has one name server, and nobody finds the domain while that is away`,
			wanted: say`two or more, apart from each other`,
			line: `${zone}. IN NS ns2.desec.org.`,
		});
	if (failing.length > 0) return failing;
	const found = servers.map(({ name }) => name).join(", ");
	return [{ code: "delegation_well", severity: "well", subject: zone, found, source }];
}

function judgeAbove(zone: string, servers: Seen["servers"], above: Seen["above"]): Finding[] {
	const own = servers.map(({ name }) => name).sort();
	if (!above || above.join() === own.join()) return [];
	return [
		{
			...{ code: "delegation_differs", severity: "todo", subject: zone, turn: "registrar", source },
			found: say`the zone above names ${above.join(", ")}, and the zone itself ${own.join(", ")}`,
			wanted: say`the same name servers at the registrar as in the zone`,
			line: own.map((name) => `${zone}. IN NS ${name}.`).join("\n"),
		},
	];
}

/** A server that does not serve the zone answers too, only without its word. */
function serialIn({ authoritative, answers }: Message, server: string): string | Trouble {
	const soa = answers.find(({ type }) => type === "SOA")?.data;
	return authoritative && soa ? soa.split(" ")[2]! : { is: "not_its_zone", server };
}

/** The parent's servers answer with a referral (RFC 1034, 4.3.2). */
async function namedAbove(zone: string, dns: Dns): Promise<string[] | undefined> {
	const parent = await dns.zoneOf(zone.split(".").slice(1).join("."));
	if ("is" in parent) return undefined;
	for (const { places } of parent.servers) {
		const [place] = places;
		const said = place && (await dns.at(place, { name: zone, type: "NS", recursive: false }));
		if (!said || "is" in said) continue;
		// The same servers may serve both, and then answer for the zone itself.
		const named = said.authoritative ? [] : said.authorities;
		const found = named.flatMap(({ name, type, data }) =>
			type === "NS" && name === zone && data ? [data] : [],
		);
		if (found.length > 0) return found.map((one) => one.replace(/\.$/, "")).sort();
	}
	return undefined;
}
