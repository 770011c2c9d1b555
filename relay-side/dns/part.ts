import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { systemLookup } from "../../shared/dns/name-servers.ts";
import { untilVisible } from "../../shared/dns/visibility.ts";
import { dnsCommandLine } from "../../shared/dns/zones/cli.ts";
import { messageOf } from "../../shared/errors.ts";
import { type DnsAnswer, dnsAnswerSchema, dnsReportSchema } from "../../shared/protocol/dns.ts";
import { inTurn } from "../../shared/ticks.ts";
import { HOUR, MINUTE, SECOND } from "../../shared/time.ts";
import { ownName } from "../own-name.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { dnsShape } from "./config.ts";
import { createOwnZone } from "./own-zone.ts";
import { createWatches } from "./watches.ts";
import { serversForHome } from "./zone-servers.ts";

/** Between two looks at what this machine is called and what DNS says of it. */
const lookEvery = 10 * MINUTE;

/** Between two looks whether the records of its name are as they were applied. */
const zoneEvery = 6 * HOUR;

/** How long a start waits for the first look. */
const firstLook = 2 * SECOND;

/** For one question to the resolver. */
const patience = 3 * SECOND;

/** The records of the relay's own name; tells the homes what their domains' records have to name, and whether they are seen from here once they are set. */
export const dns = relayPart({
	name: "dns",
	config: dnsShape,
	conditions: Object.values(conditions),

	async load({ dns: { token_file: tokenFile } }, { secret }) {
		// It is read anew each time it is used; here only so that one that cannot be is told at once.
		if (tokenFile) await secret("dns.token_file", tokenFile);
	},

	create({ tunnel, dns: config, state_dir: stateDir }, context) {
		const { facts, run, log } = context;
		let known: DnsAnswer | undefined;
		const zone = createOwnZone(config, stateDir, context, () => known);
		const trusted = { inside: tunnel.networks, alsoPublic: config.also_public };
		const watches = createWatches({
			visible: untilVisible,
			serversFor: (zone, domains) => serversForHome(zone, domains, systemLookup(), trusted),
		});

		const look = inTurn(async () => {
			try {
				const lookup = new Resolver({ timeout: patience, tries: 2 });
				const said = dnsAnswerSchema.safeParse(await ownName(run, lookup, tunnel.networks));
				known = said.data;
			} catch (error) {
				log.debug({ err: error }, `what this relay is called cannot be told: ${messageOf(error)}`);
			}
		});

		facts.settingsChanges.subscribe(() => void look());
		return {
			name: "dns",
			ticks: [
				{ every: lookEvery, act: look },
				{ every: zoneEvery, act: zone.look },
			],
			commands: zone.commands,
			checkin: {
				own(home, said) {
					const read = dnsReportSchema.safeParse(said);
					if (!read.success || !known) return undefined;
					const seen = read.data.watch && watches.of(home, read.data.watch);
					return seen ? { ...known, seen } : known;
				},
			},
			stop() {
				watches.stop();
				zone.stop();
			},
			async start() {
				await zone.start();
				// The first check-ins should be told; a resolver that does not answer must not keep the relay from starting.
				await Promise.race([look(), sleep(firstLook, undefined, { ref: false })]);
			},
		};
	},

	cli(program, line) {
		dnsCommandLine(program, line, "the records of the relay's own name, as one plan");
	},
});
