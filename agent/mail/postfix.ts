import { type Address, familyOf, inNetwork } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { PostfixSide } from "../../shared/postfix/command.ts";
import { hasElement } from "../../shared/postfix/list.ts";
import { networksIn } from "../../shared/postfix/networks.ts";
import {
	elementChange,
	type MainChange,
	type PostfixLook,
	type PostfixNow,
	parameterChange,
	readPostfix,
} from "../../shared/postfix/settings.ts";
import { say } from "../../shared/words/say.ts";

/** The class that says who may come in on port 25 (RESTRICTION_CLASS_README). */
const tunnelClass = "heimweg_tunnel";

const parameters = [
	"relayhost",
	tunnelClass,
	"smtpd_authorized_xforward_hosts",
	"smtpd_restriction_classes",
	"smtpd_client_restrictions",
	"smtpd_delay_reject",
	"inet_interfaces",
	"smtp_bind_address",
	"sender_dependent_relayhost_maps",
	"transport_maps",
	"default_transport",
] as const;

const look: PostfixLook = { parameters, expanded: ["mynetworks"] };

/** What the home's Postfix needs: all mail goes out through the relay, and mail comes in from it alone. */
export function homeSide(relayAddresses: readonly Address[]): PostfixSide {
	return {
		program: "heimweg",
		look,
		plan: (now) => ({
			changes: neededChanges(now, relayAddresses),
			notes: notesOn(now, relayAddresses),
		}),
	};
}

/** The changes, in an order that never leaves a list that names what is not there. */
function neededChanges(now: PostfixNow, relayAddresses: readonly Address[]): MainChange[] {
	const relays = relayAddresses.map((address) => `{${address}/${familyOf(address) === 4 ? 32 : 128} OK}`);
	return [
		...parameterChange(now, {
			name: "relayhost",
			after: `[${relayAddresses[0]}]:25`,
			essential: true,
			why: "what this home sends goes through the tunnel, and out to the world from the relay's static address",
		}),
		...parameterChange(now, {
			name: tunnelClass,
			after: `permit_mynetworks, permit_sasl_authenticated, check_client_access cidr:{ ${relays.join(", ")} }, reject`,
			essential: true,
			why: "this rule lets in mynetworks, people who have logged in, and the relay through the tunnel, and nobody else",
		}),
		...elementChange(now, {
			name: "smtpd_restriction_classes",
			element: tunnelClass,
			first: false,
			essential: true,
			why: "Postfix is told the name of this rule",
		}),
		...elementChange(now, {
			name: "smtpd_client_restrictions",
			element: tunnelClass,
			first: true,
			essential: true,
			why: "the internet's mail comes through the relay only; a spammer who finds this home's address is turned away",
		}),
		...elementChange(now, {
			name: "smtpd_authorized_xforward_hosts",
			element: relayAddresses.map(hostPattern).join(", "),
			first: false,
			essential: false,
			why: "the log here names the client that the relay had a mail from (orig_client=), not the relay alone",
		}),
	];
}

/** A host as Postfix's lists of hosts have it (postconf(5), mynetworks). */
function hostPattern(address: Address): string {
	return familyOf(address) === 4 ? address : `[${address}]`;
}

/** What this home's Postfix lacks, as short sentences, for the daemon, which may only look. */
export async function lackingSettings(
	run: RunCommand,
	relayAddresses: readonly Address[],
	throughRelay: boolean,
): Promise<string[]> {
	const now = await readPostfix(run, look);
	return neededChanges(now, relayAddresses).flatMap(({ name, element, after }) => {
		if (name === "relayhost") {
			const found = now.inForce.get(name) || "(nothing)";
			return throughRelay
				? [say`relayhost is ${found} instead of ${after}, so what this home sends leaves past the relay`]
				: [];
		}
		if (name === tunnelClass && now.inForce.get(name))
			return [say`${name} does not let in exactly the relay's tunnel addresses`];
		if (name !== "smtpd_client_restrictions") return [];
		const there = hasElement(now.inForce.get(name) ?? "", element!);
		return [
			there
				? say`${name} does not begin with ${element}, so the relay's mail may be turned away`
				: say`${name} lacks ${element}, so this home takes mail from everybody who finds its address`,
		];
	});
}

/** What is its owner's to decide and could stand in the way, as sentences. */
function notesOn(now: PostfixNow, relayAddresses: readonly Address[]): string[] {
	const value = (name: (typeof parameters)[number]) => now.inForce.get(name) ?? "";
	const notes: string[] = [];
	const interfaces = value("inet_interfaces");
	if (interfaces && interfaces !== "all") {
		notes.push(
			`inet_interfaces is "${interfaces}", so the relay's mail does not come in; set it to "all", and never add a tunnel address: Postfix does not start while it is missing`,
		);
	}
	if (value("smtp_bind_address")) {
		notes.push(
			`smtp_bind_address is "${value("smtp_bind_address")}", and from another address than the tunnel's the relay takes no mail; see that it is not set for the smtp service`,
		);
	}
	for (const name of ["sender_dependent_relayhost_maps", "transport_maps"] as const) {
		if (value(name)) notes.push(`${name} is set here, and mail for which it names another way goes that way`);
	}
	if (value("default_transport") && value("default_transport") !== "smtp") {
		notes.push(`default_transport is "${value("default_transport")}", and relayhost counts for smtp only`);
	}
	if (value("smtpd_delay_reject") === "no") {
		notes.push(
			"smtpd_delay_reject is no, so people are turned away before they can log in; give the submission service -o smtpd_client_restrictions=",
		);
	}
	const trusted = networksIn(now.expanded.get("mynetworks") ?? "");
	if (relayAddresses.some((address) => trusted.some((network) => inNetwork(address, network)))) {
		notes.push(
			"mynetworks contains the relay's tunnel address, so the internet's mail counts as this home's own; take the tunnel's network out of it",
		);
	}
	return notes;
}
