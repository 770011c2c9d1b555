import { createLastWorked, type LastWorked, lastWorkedSchema, together } from "../../shared/last-worked.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { AgentCore } from "../config.ts";
import type { AgentContext } from "../part.ts";
import type { RelayConfig } from "./config.ts";
import type { PresharedKey } from "./preshared-keys.ts";

/** What changed on this machine lately: the likeliest cause of a silence that began in that moment. */
export interface Changes {
	note(what: string): void;
	/** What changed around this moment, each with its distance to it, as sentences go on: `... 1.0 s before that`. */
	around(moment: number): string[];
}

/** Milliseconds before and after a last answer in which a change is told with the silence. */
const before = 30 * SECOND;
const after = 10 * SECOND;

/** Changes that are kept, and told at most. */
const kept = 20;
const told = 3;

/** @param now milliseconds on a steady clock */
export function createChanges(now: () => number): Changes {
	const changes: Array<{ what: string; at: number }> = [];
	return {
		note(what) {
			changes.push({ what, at: now() });
			if (changes.length > kept) changes.shift();
		},
		around: (moment) =>
			changes
				.filter(({ at }) => at >= moment - before && at <= moment + after)
				.slice(-told)
				.map(({ what, at }) => {
					const seconds = (Math.abs(moment - at) / SECOND).toFixed(1);
					return at < moment ? say`${what} ${seconds} s before that` : say`${what} ${seconds} s after that`;
				}),
	};
}

/** What may have silenced the tunnel to a relay. */
export interface TunnelChanges extends Omit<LastWorked, "changed"> {
	/** What changed around this moment (milliseconds on a steady clock), or since the tunnel last worked. */
	changed(moment: number): string[];
}

/** Notes what changes of our address and our way out, and remembers with which keys and addresses the tunnel worked. */
export function watchChanges(
	relay: RelayConfig,
	{ addresses }: AgentCore["tunnel"],
	{ facts, key, state }: Pick<AgentContext, "facts" | "key" | "state">,
	{ presharedKeyMark = "" }: PresharedKey,
): TunnelChanges {
	const changes = createChanges(() => performance.now());
	const { host, port } = relay.endpoint;
	const lastWorked = createLastWorked(state("worked.json", lastWorkedSchema), {
		"this home's key": publicKeyOf(key.privateKey),
		"the relay's key": relay.public_key,
		"the preshared key": presharedKeyMark,
		"this home's tunnel addresses": addresses.join(),
		"the relay's tunnel addresses": relay.addresses.join(),
		"the relay's endpoint": `${host}:${port}`,
		"the pulse port": String(relay.pulse_port),
	});
	facts.addresses.subscribe((now, past) => {
		for (const family of [4, 6] as const) {
			const [to, from] = [now[family].address, past?.[family].address];
			if (from && to && from !== to)
				changes.note(say`the IPv${family} address changed from ${from} to ${to}`);
		}
	});
	facts.link.subscribe((now, past) => {
		for (const family of [4, 6] as const) {
			const [to = "none", from = "none"] = [now.leavesBy?.[family], past?.leavesBy?.[family]];
			if (past && to !== from) changes.note(say`the way out of IPv${family} changed from ${from} to ${to}`);
		}
	});
	return {
		...lastWorked,
		changed(moment) {
			const others = lastWorked.changed();
			const names = together(others);
			const since =
				others.length === 1
					? say`since the tunnel last worked, ${names} was changed`
					: say`since the tunnel last worked, ${names} were changed`;
			return [...(others.length > 0 ? [since] : []), ...changes.around(moment)];
		},
	};
}
