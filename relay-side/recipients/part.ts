import { join } from "node:path";
import { MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { followHomes } from "./follow.ts";
import { createRecipientsKeeper } from "./keeper.ts";
import { createRecipients } from "./map.ts";
import { createUse } from "./postfix-use.ts";

/** Between two looks at what Postfix asks, though its settings are not seen to change. */
const useEvery = 5 * MINUTE;

/** Who the valid recipients of the homes are: their lists, and the map that Postfix asks. */
export const recipients = relayPart({
	name: "recipients",
	conditions: Object.values(conditions),

	async create({ state_dir }, { facts, run, health, log, guarded }) {
		const registry = () => registryOf(facts);
		const maps = facts.maps.value!;
		const lists = await createRecipientsKeeper({
			directory: join(state_dir, "recipients"),
			...{ registry, health, log },
			onChange: (changed, home) => map.changed(changed, [home]),
		});
		facts.lists.own("recipients")({ of: lists.of });
		const map = createRecipients({
			...{ guarded, health, log },
			maps: maps.store,
			file: maps.file("relay_recipients"),
			sources: () => ({
				...{ registry: registry(), byDomain: facts.homes.value!.byDomain },
				...{ listOf: lists.of, delimiters: use.delimiters() },
			}),
		});
		const use = createUse({
			...{ run, health },
			map: maps.reference("relay_recipients"),
			onChange: () => map.changed(undefined),
		});
		followHomes(facts.homes, map, lists.of);
		facts.settingsChanges.subscribe(() => void use.look());
		facts.mapChanges.subscribe((name) => {
			if (name === "relay_recipients") map.duty.poke(undefined, { urgent: true });
		});
		return {
			name: "recipients",
			duties: () => [map.duty],
			ticks: [
				{ every: MINUTE, act: () => map.duty.poke() },
				{ every: MINUTE, act: lists.look },
				{ every: useEvery, act: use.look },
			],
			commands: {
				"accept-recipients": async (home) => {
					const gone = lists.accept(home);
					return gone === undefined
						? say`no list of a home "${home}" is held`
						: say`the list of the home ${home} is in force; ${gone} recipients are no longer valid`;
				},
			},
			checkin: {
				answer({ id }, { recipients: told }) {
					lists.report(id, told);
					return { recipients: lists.state(id) };
				},
				takeList: lists.take,
			},
			admit: map.admit,
			async start() {
				void use.look();
			},
			serve: () => map.changed(undefined),
			stop: lists.saved,
		};
	},

	cli(program, { configOption, ask, end }) {
		program
			.command("accept-recipients")
			.description("confirms that a home's list of recipients is meant to be so much shorter than before")
			.argument("<home>", "the home's id")
			.option(...configOption)
			.action((home: string, { config }: { config: string }) => end(ask(config, "accept-recipients", home)));
	},
});
