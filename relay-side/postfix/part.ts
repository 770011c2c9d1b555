import { basename, join } from "node:path";
import { removeDrafts } from "../../shared/atomic-file.ts";
import { runCommand } from "../../shared/command.ts";
import { firstLook } from "../../shared/first-look.ts";
import { postfixFlush } from "../../shared/postfix/flush.ts";
import { listQueue } from "../../shared/postfix/queue.ts";
import { createReloadWatch, lookForReloadEvery } from "../../shared/postfix/reload.ts";
import { inTurn } from "../../shared/ticks.ts";
import { MINUTE } from "../../shared/time.ts";
import { interfaceUp } from "../facts.ts";
import { relayPart } from "../part.ts";
import { lackingSettings, postfixSide } from "./apply.ts";
import * as conditions from "./conditions.ts";
import { createMapRedelivery } from "./map-redelivery.ts";
import { databaseType, mapNames, postfixMaps } from "./maps.ts";
import { followNewcomers } from "./newcomers.ts";
import { ourMaps } from "./our-maps.ts";
import { createReload } from "./reload.ts";
import { createPostfixWatch, lookWhetherItRunsEvery } from "./running.ts";
import { watchMaps } from "./watch-maps.ts";

/** Between two looks at Postfix's settings, though they are not seen to change. */
const settingsEvery = 10 * MINUTE;

/** Our side of Postfix: the maps that it reads, its settings, whether it runs, and mail that a damaged map held up. */
export const postfix = relayPart({
	name: "postfix",
	conditions: Object.values(conditions),
	programs: ["postmap", "postconf"],

	postfix: ({ postfix: { maps_dir, service, hold }, tunnel }, run = runCommand) =>
		postfixSide({
			run,
			listQueue,
			out: process.stdout,
			mapsDirectory: maps_dir,
			service,
			hold: hold !== undefined,
			networks: tunnel.networks,
			relayAddresses: tunnel.addresses,
		}),

	async create({ postfix: settings, tunnel, run_dir }, { facts, run, health, log }) {
		const directory = settings.maps_dir;
		const type = await databaseType(run);
		const store = postfixMaps({
			...{ directory, type, run },
			onMended() {
				reload.ask();
				redelivery.begin();
			},
		});
		const maps = ourMaps(store, { directory, type });
		facts.maps.own("postfix")(maps);
		const tellLacking = facts.lackingSettings.own("postfix");
		const redelivery = createMapRedelivery({ listQueue, flush: postfixFlush(run), health, log });
		const reload = createReload({
			file: join(run_dir, "reload-postfix"),
			onReload: () => redelivery.begin(),
			log,
		});
		const counts = new Map(mapNames.map((map) => [map, 0]));
		const tellChange = new Map(mapNames.map((map) => [map, facts.mapChanges.own(map, "postfix")]));
		const watch = watchMaps({
			directory,
			files: new Map(mapNames.map((map) => [basename(maps.file(map)), map])),
			changedByOthers: store.changedByOthers,
			onChange(map) {
				counts.set(map, counts.get(map)! + 1);
				tellChange.get(map)!(counts.get(map));
			},
			log,
		});
		const lookWhetherItRuns = createPostfixWatch({ run, health });
		let serving = false;

		/** Maps that Postfix does not read route nothing. */
		const lookAtSettings = inTurn(async () => {
			const missing = await lackingSettings({
				run,
				type,
				mapsDirectory: directory,
				service: settings.service,
				hold: settings.hold !== undefined,
				networks: tunnel.networks,
				relayAddresses: tunnel.addresses,
			}).catch(() => undefined);
			if (!missing) return;
			tellLacking(missing);
			health.put(conditions.postfixNotSetUp, "", missing.length > 0 ? { missing } : undefined);
		});

		facts.settingsChanges.subscribe(() => void lookAtSettings());
		const first = firstLook(interfaceUp(facts), lookAtSettings);

		const lookForReload = createReloadWatch(run, (owed) =>
			owed ? health.set(conditions.reloadOwed, "", undefined) : health.clear(conditions.reloadOwed),
		);
		followNewcomers(facts, reload.ask);

		return {
			name: "postfix",
			duties: () => [redelivery.duty],
			ticks: [
				{ every: lookWhetherItRunsEvery, act: lookWhetherItRuns },
				{ every: settingsEvery, act: lookAtSettings },
				{ every: lookForReloadEvery, act: lookForReload },
				{ every: MINUTE, act: () => serving && watch.look() },
			],
			async start() {
				void removeDrafts(directory);
				first.start();
			},
			serve() {
				serving = true;
				void watch.look();
				// What was mended just before a restart, by us or somebody else.
				redelivery.begin();
			},
			stop() {
				first.stop();
				redelivery.end();
				reload.stop();
				watch.stop();
			},
		};
	},
});
