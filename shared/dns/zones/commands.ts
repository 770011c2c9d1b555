import { HeimwegError, messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { SECOND } from "../../time.ts";
import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { Provider } from "../provider.ts";
import type { untilVisible } from "../visibility.ts";
import type { WantedRRset } from "../wanted/address.ts";
import { zoneFile } from "../zone-file.ts";
import { comparedPolicies, policiesFor } from "./policies.ts";
import {
	askedApplySchema,
	askedPlanSchema,
	type ShownApply,
	type ShownPlan,
	type ShownPolicies,
} from "./protocol.ts";
import type { Zones } from "./zones.ts";

/** For all that one command does; who asked waits so long. */
const commandTime = 25 * SECOND;

/** How long an apply waits for the name servers, of that. */
const visibleTime = 12 * SECOND;

export interface DnsCommandsOptions {
	zones: Zones;
	/** `heimweg` or `heimweg-relay`. */
	program: string;
	/** What is written beside the plan: the names that get this line's addresses. */
	addressRRsets(): ReadonlyArray<{ name: string; type: string }>;
	/** What a token may do. */
	policies: Provider["policies"];
	visible: typeof untilVisible;
	/** Where the last snapshot of a zone lies. */
	snapshot(zone: string): string | undefined;
	/** The name servers did not answer these in time, although the provider has them: it may not have published them. */
	onBehind(zone: string, unseen: readonly WantedRRset[]): void;
	/** These changes were made in a zone. */
	onApplied(zone: string, done: readonly PlannedChange[]): void;
	/** The plan for a zone as it is now; undefined: it was changed, and has to be looked at. */
	onSettled(plan: Plan | undefined): void;
	log: Logger;
}

/** What the command line may ask the daemon for; each answers JSON, and one at a time. */
export function dnsCommands(
	options: DnsCommandsOptions,
): Record<string, (argument: string) => Promise<string>> {
	const { zones, log, program } = options;
	let busy = Promise.resolve();

	/** Two that write at once would take each other for somebody else. */
	function alone<T>(act: (argument: string, signal: AbortSignal) => Promise<T>) {
		return async (argument: string): Promise<string> => {
			const mine = busy.then(() => act(argument, AbortSignal.timeout(commandTime)));
			busy = mine.then(
				() => {},
				() => {},
			);
			return JSON.stringify(await mine.catch(explain));
		};
	}

	async function plans(argument: string, signal: AbortSignal): Promise<ShownPlan[]> {
		const { take, undo } = read(askedPlanSchema, argument);
		const shown: ShownPlan[] = [];
		const names = await zones.names(signal);
		const applied = names.filter((zone) => zones.memory(zone).applies.length > 0);
		if (undo && applied.length === 0) throw new HeimwegError("nothing was applied that could be taken back");
		for (const zone of undo ? applied : names)
			shown.push(shownPlan(await (undo ? zones.planUndo(zone, signal) : zones.plan(zone, take, signal))));
		return shown;
	}

	async function apply(argument: string, signal: AbortSignal): Promise<ShownApply[]> {
		const { take, undo, agreed } = read(askedApplySchema, argument);
		const shown: ShownApply[] = [];
		for (const zone of await zones.names(signal)) {
			if (!Object.hasOwn(agreed, zone)) continue;
			const began = performance.now();
			const { plan, done, putBack } = await (undo
				? zones.undo(zone, agreed[zone]!, signal)
				: zones.apply(zone, agreed[zone]!, take, signal));
			options.onApplied(zone, done);
			options.onSettled(undo ? undefined : plan);
			const took = Math.round(performance.now() - began);
			const words = done.map(inWords);
			log.info(
				{ zone, changed: words, took },
				`deSEC took ${words.join(", ") || "nothing"} after ${took} ms`,
			);
			const snapshot = options.snapshot(zone);
			shown.push({
				...{ zone, done, putBack, leftOut: plan.leftOut, took },
				visible: await seen(zone, done, signal),
				...(snapshot ? { snapshot } : {}),
			});
		}
		return shown;
	}

	async function seen(
		zone: string,
		done: readonly PlannedChange[],
		signal: AbortSignal,
	): Promise<ShownApply["visible"]> {
		const wanted: WantedRRset[] = done.map(({ name, type, after }) => ({ name, type, records: [...after] }));
		try {
			const after = await options.visible(zone, wanted, signal, { giveUpAfter: visibleTime });
			return { after: Math.round(after) };
		} catch (error) {
			options.onBehind(zone, wanted);
			return { missing: signal.aborted ? "the name servers" : messageOf(error) };
		}
	}

	async function policies(tokenId: string, signal: AbortSignal): Promise<ShownPolicies> {
		const names = await zones.names(signal);
		const places = [...options.addressRRsets(), ...names.flatMap(zones.wanted)];
		const wanted = policiesFor(places, names);
		if (tokenId === "") return { wanted };
		const present = await options.policies(tokenId, signal);
		return { wanted, ...comparedPolicies(wanted, present) };
	}

	async function exported(_: string, signal: AbortSignal): Promise<string> {
		const files: string[] = [];
		for (const zone of await zones.names(signal))
			files.push(zoneFile(zone, (await zones.content(zone, signal)).rrsets));
		return files.join("\n");
	}

	function explain(error: unknown): never {
		if ((error as Error | undefined)?.name !== "TimeoutError") throw error;
		throw new HeimwegError(`it took more than ${commandTime / SECOND} s, and was broken off`, {
			remedy: `look at "${program} dns plan" what was done, and run it again`,
		});
	}

	function read<T>(schema: { parse(value: unknown): T }, argument: string): T {
		try {
			return schema.parse(JSON.parse(argument || "{}"));
		} catch {
			throw new HeimwegError("the daemon is of another version than the command", {
				remedy: `run "systemctl restart ${program}", which is no outage`,
			});
		}
	}

	return {
		"dns-plan": alone(plans),
		"dns-apply": alone(apply),
		"dns-policy": alone(policies),
		"dns-export": alone(exported),
	};
}

const shownPlan = ({ owned: _, ...plan }: Plan): ShownPlan => plan;

function inWords({ name, type, action }: PlannedChange): string {
	return `${name} ${type} (${action})`;
}
