import { join } from "node:path";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { stateFile } from "../../shared/state.ts";
import { MINUTE } from "../../shared/time.ts";
import type { Home } from "../facts.ts";
import { relayPart } from "../part.ts";
import { homeFileProblems } from "./check-files.ts";
import * as conditions from "./conditions.ts";
import { homeParser } from "./home.ts";
import { createHomesKeeper, storedRegistrySchema } from "./keeper.ts";
import { routedHomeProblems } from "./routed-mail.ts";
import { type HomesStatus, homeRows, homesSummary } from "./status.ts";
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
			state: stateFile(join(state_dir, "homes.json"), storedRegistrySchema, log),
			...{ rules, health, log },
			onChange({ changedHomes, changedDomains }) {
				tell(changedHomes, changedDomains);
				statusChanged();
			},
		});
		let watch: HomesWatch | undefined;

		function tell(changedHomes: ReadonlySet<string>, changedDomains: ReadonlySet<string>): void {
			const { registry } = keeper;
			const served = [...registry.homes.values()];
			const at = new Map(served.flatMap((home) => home.addresses.map((address) => [address, home] as const)));
			tellHomes({ registry, at, changedHomes, changedDomains });
		}

		tell(new Set(), new Set());
		metrics.gauge("homes", "Homes that are served", () => keeper.registry.homes.size);
		return {
			name: "homes",
			ticks: [{ every: MINUTE, act: () => watch?.rescan() }],
			commands: {
				"accept-removals": async () => {
					const gone = keeper.acceptRemovals();
					return gone.length > 0 ? `no longer served: ${gone.join(", ")}` : "no removal was held";
				},
			},
			homeStatus: ({ id, addresses, domains }: Home) => ({ id, addresses, domains }),
			status: (): Record<keyof HomesStatus, unknown> => ({
				homes: [...keeper.registry.homes.values()].map((home) => context.homeStatus(home)),
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
