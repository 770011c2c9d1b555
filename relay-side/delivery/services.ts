import { type Address, familyOf } from "../../shared/address.ts";
import {
	overrideKey,
	type PostfixConfiguration,
	type PostfixService,
	valueFor,
} from "../../shared/postfix/configuration.ts";
import { resolver } from "../../shared/postfix/domain-class.ts";
import { elementsOf, hasElement } from "../../shared/postfix/list.ts";
import { servicesAt } from "../../shared/postfix/listening.ts";
import { say } from "../../shared/words/say.ts";

/** What the client that brings mail to the homes must have, whether from master.cf or from main.cf. */
const serviceNeeds = new Map([
	["inet_interfaces", "all"],
	["inet_protocols", "all"],
	["smtp_bind_address", ""],
	["smtp_bind_address6", ""],
	["smtp_fallback_relay", ""],
]);

/** Settings that a service must not have otherwise than main.cf, and what follows where our element is missing. */
const notOverridden = {
	resolver: [
		["transport_maps", say`mail for the homes is not taken to them`],
		["relay_domains", say`mail for the homes is refused (454)`],
	],
	smtpd: [
		["smtpd_relay_restrictions", say`the homes may not send through it`],
		["smtpd_restriction_classes", say`the homes may not send through it`],
	],
} as const;

/** How Postfix names what is ours. */
export interface OurSettings {
	service: string;
	transport: string;
	relayDomains: string;
	recipients: string;
	tunnel: readonly Address[];
}

/** An -o setting in master.cf that undoes what stands in main.cf, and what follows. */
export interface Overridden {
	service: string;
	key: string;
	value: string;
	so: string;
}

/** Parameters that services may have otherwise than main.cf. */
export const serviceParameters = [
	...["transport_maps", "relay_domains", "relay_recipient_maps"],
	...["smtpd_relay_restrictions", "smtpd_restriction_classes"],
	...serviceNeeds.keys(),
];

/** smtpd(8) as it takes mail on port 25, also behind postscreen(8). */
export function smtpdOf(configuration: PostfixConfiguration): PostfixService | undefined {
	const [found] = servicesAt(configuration, 25);
	if (found?.program !== "postscreen") return found;
	return configuration.services.find(({ type, program }) => type === "pass" && program === "smtpd");
}

export function overrideOf(
	{ overrides }: PostfixConfiguration,
	service: PostfixService | undefined,
	name: string,
): string | undefined {
	const key = service && overrideKey(service, name);
	return key && overrides.has(key) ? key : undefined;
}

/** The -o settings that undo ours. */
export function overriddenIn(
	configuration: PostfixConfiguration,
	smtpd: PostfixService | undefined,
	ours: OurSettings,
): Overridden[] {
	const needs: Record<string, (value: string) => boolean> = {
		transport_maps: (value) => elementsOf(value)[0] === ours.transport,
		relay_domains: (value) => hasElement(value, ours.relayDomains),
		smtpd_relay_restrictions: (value) => elementsOf(value)[0] === "heimweg_homes",
		smtpd_restriction_classes: (value) => hasElement(value, "heimweg_homes, heimweg_checked"),
	};
	const at = (
		service: Pick<PostfixService, "name" | "type"> | undefined,
		names: readonly (readonly [string, string])[],
	) =>
		names.flatMap(([name, so]) => {
			const key = service && overrideKey(service, name);
			const value = key === undefined ? undefined : configuration.overrides.get(key);
			if (value === undefined || needs[name]!(value)) return [];
			return [{ service: `${service!.name}/${service!.type}`, key: key!, value, so }];
		});
	return [...at(resolver, notOverridden.resolver), ...at(smtpd, notOverridden.smtpd)];
}

/** What keeps our service in master.cf from getting through the tunnel; nothing where there is no such service. */
export function serviceSettings(
	configuration: PostfixConfiguration,
	ours: OurSettings,
): Array<{ name: string; value: string }> {
	const deliverer = configuration.services.find(({ name, type }) => name === ours.service && type === "unix");
	if (!deliverer) return [];
	return [...serviceNeeds].flatMap(([name, needed]) => {
		const value = valueFor(configuration, name, deliverer);
		// One family is enough when the tunnel has no other.
		const families = new Set(elementsOf(value));
		const enough =
			name === "inet_protocols" && ours.tunnel.every((one) => families.has(`ipv${familyOf(one)}`));
		return value === needed || enough ? [] : [{ name, value }];
	});
}
