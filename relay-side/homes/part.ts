import { join } from "node:path";
import { headlineOf, type Proofs } from "../../shared/proof.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { stateFile } from "../../shared/state.ts";
import { MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { Home } from "../facts.ts";
import { relayPart } from "../part.ts";
import { homeFileProblems } from "./check-files.ts";
import * as conditions from "./conditions.ts";
import { homeParser } from "./home.ts";
import { createHomesKeeper, registryText, storedRegistrySchema } from "./keeper.ts";
import { homeLookup } from "./lookup.ts";
import { homesProof, presenceProof, routedProof } from "./proof.ts";
import { routedHomeProblems } from "./routed-mail.ts";
import { type HomeFigures, type HomesStatus, homeRows, homesSummary, shownHomes } from "./status.ts";
import { type HomesWatch, watchHomes } from "./watch.ts";

/** The homes that are served: what the files in homes.d say, as far as it can be. */
export const homes = relayPart({
	name: "homes",
	conditions: Object.values(conditions),
	async preflight(config, look) {
		// The daemon serves those that are right, and tells of the others while it runs.
		if (!look.inspection.forAnother) return [];
		return [...(await homeFileProblems(config, look)), ...(await routedHomeProblems(config))];
	},

	async create({ homes_dir: directory, state_dir, tunnel }, context) {
		const { facts, key, health, log, metrics, statusChanged } = context;
		const { addresses: relayAddresses, networks } = tunnel;
		const rules = {
			networks,
			relayAddresses,
			relayPublicKey: publicKeyOf(key.privateKey),
			more: context.homeFile,
		};
		const tellHomes = facts.homes.own("homes");
		const keeper = await createHomesKeeper({
			state: stateFile(join(state_dir, "homes.json"), storedRegistrySchema, log, registryText),
			...{ rules, health, log },
			joined: ({ id, invitation }) => facts.invitations.value?.of(invitation, id),
			onChange({ changedHomes, changedDomains }) {
				tell(changedHomes, changedDomains);
				statusChanged();
			},
		});
		facts.invitations.subscribe(keeper.review);
		const lookup = homeLookup();
		let watch: HomesWatch | undefined;

		function tell(changedHomes: ReadonlySet<string>, changedDomains: ReadonlySet<string>): void {
			const { registry } = keeper;
			const { at, byDomain } = lookup;
			lookup.follow(registry.homes, changedHomes);
			tellHomes({ registry, at, byDomain, changedHomes, changedDomains });
		}

		function proofsOf(home: Home): readonly Proofs[] {
			const presence = presenceProof(facts.presence.all.get(home.id), performance.now());
			return [presence, ...context.homeProofs(home)];
		}

		function* allProofs(): Generator<{ id: string; proofs: readonly Proofs[] }> {
			for (const home of keeper.registry.homes.values()) yield { id: home.id, proofs: proofsOf(home) };
		}

		function figures(): HomeFigures {
			const served = keeper.registry.homes.size;
			const waiting = [...(facts.waiting.value ?? [])].filter((id) => keeper.registry.homes.has(id)).length;
			return { served, here: hereNow, waiting };
		}

		/** Homes that somebody should look at, the worst first. */
		function* inTrouble(): Generator<string> {
			for (const { severity, subject } of health.list()) if (severity === "error") yield subject;
			for (const [id, { here }] of facts.presence.all) if (!here) yield id;
			yield* facts.waiting.value ?? [];
		}

		let hereNow = 0;
		facts.presence.subscribe((_, now, before) => {
			hereNow += Number(now?.here ?? false) - Number(before?.here ?? false);
		});
		lookup.follow(keeper.registry.homes, keeper.registry.homes.keys());
		tell(new Set(), new Set());
		metrics.gauge("homes", "Homes that are served", () => keeper.registry.homes.size);
		return {
			name: "homes",
			ticks: [{ every: MINUTE, act: () => watch?.rescan() }],
			commands: {
				"accept-removals": async () => {
					const gone = keeper.acceptRemovals();
					return gone.length > 0 ? say`no longer served: ${gone.join(", ")}` : say`no removal was held`;
				},
			},
			homeStatus: (home) => ({
				...{ id: home.id, addresses: home.addresses, domains: home.domains, publicKey: home.publicKey },
				headline: headlineOf(proofsOf(home)),
			}),
			homeProof: (home) => routedProof(home, keeper.registry),
			proof: () => homesProof(allProofs()),
			brief: () => ({ figures: figures() }),
			status: (scope): Record<keyof HomesStatus, unknown> => ({
				figures: figures(),
				relay: { publicKey: rules.relayPublicKey, addresses: relayAddresses },
				homes: shownHomes(keeper.registry.homes.keys(), inTrouble(), scope).map((id) =>
					context.homeStatus(keeper.registry.homes.get(id)!),
				),
				held: [...keeper.registry.held],
			}),
			async start() {
				watch = await watchHomes({
					directory,
					parse: homeParser(rules),
					onFiles: (files) => keeper.update(files),
					log,
				});
			},
			async stop() {
				await watch?.stop();
				await keeper.stop();
			},
		};
	},

	rows: homeRows,
	summary: homesSummary,

	cli(program, { configOption, ask, end }) {
		program
			.command("accept-removals")
			.description("confirms that the many homes whose files vanished at once are meant to be gone")
			.option(...configOption)
			.action(({ config }: { config: string }) => end(ask(config, "accept-removals")));
	},
});
