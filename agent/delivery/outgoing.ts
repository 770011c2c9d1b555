import { type Address, inNetwork } from "../../shared/address.ts";
import { type PostfixConfiguration, valueFor } from "../../shared/postfix/configuration.ts";
import { resolver } from "../../shared/postfix/domain-class.ts";
import { tablesIn } from "../../shared/postfix/listed.ts";
import { networksIn } from "../../shared/postfix/networks.ts";
import type { Answers, Unread } from "../../shared/postfix/tables.ts";
import { say } from "../../shared/words/say.ts";

/** Maps by which mail may leave another way than relayhost says, and whether the sender or the recipient is looked up. */
export const wayMaps = {
	transport_maps: "recipient",
	sender_dependent_relayhost_maps: "sender",
	sender_dependent_default_transport_maps: "sender",
} as const;

export const outgoingParameters = [
	"relayhost",
	"default_transport",
	"smtp_bind_address",
	"mynetworks",
	...Object.keys(wayMaps),
];

/** The key that stands for every recipient (transport(5)). */
const everywhere = "*";

/** What makes mail leave past the relay. */
export interface PastRelay {
	/** The setting, and for whose mail it counts. */
	by: string;
	value: string;
	whose: string;
	fix: string;
}

export interface Ways {
	relays: readonly Address[];
	own: readonly Address[];
	/** What the maps' tables say of `*` and of senders. */
	answers: ReadonlyMap<string, Answers | Unread>;
	senders: readonly string[];
}

/** The keys that are looked up in these maps. */
export function wayKeys(senders: readonly string[]): string[] {
	return [
		everywhere,
		...new Set(senders.flatMap((sender) => [sender, sender.slice(sender.lastIndexOf("@"))])),
	];
}

/** Tables of these maps. */
export function wayTables(configuration: PostfixConfiguration): Array<{ name: string; table: string }> {
	return Object.keys(wayMaps).flatMap((name) =>
		tablesIn(valueFor(configuration, name, resolver)).map((table) => ({ name, table })),
	);
}

/** Everything that makes mail leave past the relay although relayhost may be right. */
export function pastRelay(configuration: PostfixConfiguration, ways: Ways): PastRelay[] {
	const { directory, overrides } = configuration;
	const goesToRelay = (value: string) => ways.relays.some((one) => value.includes(`[${one}]`));
	const found: PastRelay[] = [];
	const override = overrides.get("rewrite/unix/relayhost");
	if (override !== undefined && !goesToRelay(override)) {
		found.push({
			by: say`the service rewrite in master.cf (-o relayhost)`,
			value: override,
			whose: "all mail",
			fix: 'run "postconf -PX rewrite/unix/relayhost"',
		});
	}
	const transport = valueFor(configuration, "default_transport", resolver);
	if (transport !== "smtp" && transport !== "relay" && !goesToRelay(transport)) {
		found.push({
			by: "default_transport",
			value: transport,
			whose: "all mail",
			fix: 'run "postconf -e default_transport=smtp"',
		});
	}
	for (const { name, table } of wayTables(configuration)) {
		const answer = ways.answers.get(table);
		if (answer?.is !== "read") continue;
		const keys = name === "transport_maps" ? [everywhere] : wayKeys(ways.senders).slice(1);
		for (const key of keys) {
			const value = answer.entries.get(key);
			// Neither transport nor next hop: nothing changes. DUNNO says so too.
			if (value === undefined || value === ":" || /^dunno$/i.test(value) || goesToRelay(value)) continue;
			found.push({
				by: `${name}, ${table}`,
				value: `${key} ${value}`,
				whose: key === everywhere ? "all mail" : `mail from ${key}`,
				fix: `take "${key}" out of ${table}, or out of ${directory}/main.cf ${name}`,
			});
			break;
		}
	}
	return found;
}

/** The address that Postfix's own client is bound to, when the relay does not know that address as this home's. */
export function boundElsewhere(
	configuration: PostfixConfiguration,
	own: readonly Address[],
): string | undefined {
	const bound = valueFor(configuration, "smtp_bind_address", { name: "smtp", type: "unix" });
	return bound === "" || own.some((address) => address === bound) ? undefined : bound;
}

/** Whether mynetworks trusts the relay, so that the internet's mail counts as this home's own. */
export function trustsRelay({ values }: PostfixConfiguration, relays: readonly Address[]): boolean {
	const trusted = networksIn(values.get("mynetworks") ?? "");
	return relays.some((address) => trusted.some((network) => inNetwork(address, network)));
}
