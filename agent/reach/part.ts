import { z } from "zod";
import { type Address, type Family, familyOf, isGlobalUnicast } from "../../shared/address.ts";
import { reachAnswerSchema, reachPorts } from "../../shared/protocol/reach.ts";
import { MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { afterLook, afterOutage, type FamilyReach, type Found, familyReachSchema } from "./judge.ts";
import { listeningPorts } from "./ports.ts";

const portSchema = z
	.int()
	.refine(
		(port) => (reachPorts as readonly number[]).includes(port),
		`expected one of ${reachPorts.join(", ")}`,
	);

/** `[reach]`: what the relay is asked to try from outside. */
const reachShape = { reach: z.strictObject({ ports: z.array(portSchema).optional() }).prefault({}) };

/** What is remembered: a restart must not publish again what was proven wrong. */
const rememberedSchema = z.array(familyReachSchema);

export interface ReachStatus {
	reach: Array<{ address: Address; found: Found; silentPorts: number[]; refuted: boolean; at: string }>;
}

const families = [4, 6] as const;

/** Whether we are reached from outside under the addresses that are published, as the relay finds. */
export const reach = agentPart({
	name: "reach",
	config: reachShape,
	conditions: Object.values(conditions),

	create({ reach: config }, { facts, run, health, state, log, statusChanged }) {
		const memory = state("reach.json", rememberedSchema);
		const known = new Map<Family, FamilyReach>();
		const tell = facts.reach.own("reach");
		const tellReached = facts.reached.own("reach");
		let ports = config.ports ?? [];
		let remembered = "";

		const tellPorts = facts.servedPorts.own("reach");
		if (config.ports) tellPorts(config.ports);

		async function lookAtPorts(): Promise<void> {
			if (config.ports) return;
			try {
				ports = listeningPorts(await run("ss", ["-H", "-l", "-n", "-t"]));
				tellPorts(ports);
			} catch (error) {
				log.debug({ error }, "the listening ports are not known");
			}
		}

		const addresses = () =>
			families.flatMap((family) => {
				const address = facts.addresses.value?.[family].address;
				const wanted = facts.published.value?.families.has(family);
				return address && wanted && isGlobalUnicast(address) ? [address] : [];
			});

		function settle(): void {
			for (const [family, { address }] of known) {
				// An address that is not known just now, as after a start, takes nothing back.
				const current = facts.addresses.value?.[family].address ?? address;
				if (current !== address || !facts.published.value?.families.has(family)) known.delete(family);
			}
			for (const family of families) {
				const subject = `IPv${family}`;
				const one = known.get(family);
				const silentPorts = one?.found === "reachable" && one.silentPorts.length > 0;
				health.put(conditions.reachSilent, subject, one?.found === "silent" ? one : undefined);
				health.put(conditions.reachOtherKey, subject, one?.found === "another_key" ? one : undefined);
				health.put(
					conditions.reachPortSilent,
					subject,
					silentPorts ? { address: one.address, ports: one.silentPorts.join(", ") } : undefined,
				);
			}
			tell({ 4: refutedOf(4), 6: refutedOf(6) });
			tellReached({ 4: reachedOf(4), 6: reachedOf(6) });
			statusChanged();
		}

		function remember(): void {
			const fresh = [...known.values()].map(afterOutage);
			if (JSON.stringify(fresh) === remembered) return;
			remembered = JSON.stringify(fresh);
			void memory.write(fresh);
		}

		const refutedOf = (family: Family) => {
			const one = known.get(family);
			return one?.refuted ? one.address : undefined;
		};

		const reachedOf = (family: Family) => {
			const one = known.get(family);
			return one?.found === "reachable" ? one.address : undefined;
		};

		facts.relays.subscribe((_, now, before) => {
			if (now?.up || !before?.up) return;
			for (const [family, one] of known) known.set(family, afterOutage(one));
		});
		return {
			name: "reach",
			ticks: [{ every: 5 * MINUTE, act: lookAtPorts }],
			checkin: {
				own: () => {
					const ours = addresses();
					const names = facts.published.value?.names.slice(0, 10);
					return ours.length > 0 && ports.length > 0 ? { ports, addresses: ours, names } : undefined;
				},
				heardOwn(answer) {
					const read = reachAnswerSchema.safeParse(answer);
					const current = addresses();
					for (const look of read.success ? read.data.looks : []) {
						const family = familyOf(look.address);
						if (current.includes(look.address))
							known.set(family, afterLook(known.get(family), look, performance.now()));
					}
					settle();
					remember();
				},
			},
			status: (): ReachStatus => ({
				reach: [...known.values()].map(({ address, found, silentPorts, refuted, at }) => ({
					...{ address, found, silentPorts, refuted, at },
				})),
			}),
			async start() {
				for (const one of (await memory.read()) ?? []) known.set(familyOf(one.address), one);
				tell({ 4: refutedOf(4), 6: refutedOf(6) });
				await lookAtPorts();
			},
			stop: () => memory.stop(),
		};
	},

	rows(status) {
		const { reach: all = [] } = status as Partial<ReachStatus>;
		return all.map(({ address, found, silentPorts, refuted }, at) => ({
			place: 31,
			name: at === 0 ? "Reached" : "",
			text: `${address} from outside: ${words[found]}${
				found === "reachable" && silentPorts.length > 0 ? `, but not on port ${silentPorts.join(", ")}` : ""
			}${refuted ? " (proven by two looks)" : ""}`,
		}));
	},
});

const words: Record<Found, string> = {
	reachable: say`yes, our own key answers`,
	answers: say`somebody answers, not proven to be us`,
	another_key: say`no, somebody with another key answers`,
	silent: say`no, nobody answers`,
	unknown: say`not known`,
};
