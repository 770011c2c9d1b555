import { join } from "node:path";
import { clientText, parseClient } from "../../shared/banned-client.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { mapText, writeMapFile } from "../../shared/haproxy/map.ts";
import { type BansAnswer, bansSaidSchema } from "../../shared/protocol/bans.ts";
import { readRegularFile } from "../../shared/regular-file.ts";
import { createSaver } from "../../shared/saver.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { relayPart } from "../part.ts";
import { createBanBook, liftedSchema } from "./book.ts";
import { bansCommands, orderSchema } from "./command.ts";
import * as conditions from "./conditions.ts";
import { createEnforcement } from "./enforce.ts";

/** From a change to its place in the file, which HAProxy reads at its start alone. */
const saveDelay = 2 * SECOND;

/** The largest file that is read, in bytes: as many bans as are taken at all. */
const largestFile = 16 * 1024 * 1024;

export interface BansStatus {
	bans: { held: number; homes: number; enforced: boolean };
}

/** Clients that homes have banned: HAProxy refuses them for that home's names, and for no other's. */
export const bans = relayPart({
	name: "bans",
	conditions: Object.values(conditions),

	create({ state_dir }, { facts, health, log, metrics, state }) {
		// Written here, and read by the HAProxy of the part ports.
		const file = join(state_dir, "haproxy", "bans.map");
		const memory = state("bans-lifted.json", liftedSchema);
		let book = createBanBook();
		const enforcement = createEnforcement({
			place() {
				const { socket, master, pid } = facts.haproxy.value ?? {};
				if (socket === undefined || master === undefined || pid === undefined) return undefined;
				return { socket, master, pid, file };
			},
			homeAt: (address) => facts.homes.value?.at.get(address)?.id,
			of: (home) => book.of(home),
			all: () => book.all(),
			...{ health, log },
		});
		const saver = createSaver({
			delay: saveDelay,
			async save() {
				await writeMapFile(file, book.entries()).catch((error) => {
					// Where no client ports are served there is no HAProxy, and no folder for its maps.
					if (codeOf(error) !== "ENOENT") throw error;
				});
			},
			onSaved: () => health.clear(conditions.unsaved),
			onFailure: (error) => health.set(conditions.unsaved, "", { error: messageOf(error) }),
		});
		metrics.gauge("bans", "Clients that are refused, of all homes together", () => book.total());

		/** While no HAProxy runs nobody gets in through it either. */
		const enforced = () => !health.has(conditions.failing, "");

		function changed(homes?: Iterable<string>): void {
			saver.soon();
			enforcement.poke(homes, { urgent: true });
			tellFull();
		}

		function tellFull(): void {
			health.put(conditions.full, "", book.isFull() ? { held: book.total() } : undefined);
		}

		facts.haproxy.subscribe(() => enforcement.poke(undefined, { urgent: true }));
		facts.homes.subscribe(({ registry }) => {
			if (book.keep(registry.homes)) changed();
		});
		return {
			name: "bans",
			duties: () => [enforcement],
			ticks: [
				{ every: 5 * SECOND, act: () => void (book.expire() && changed()) },
				{ every: 10 * MINUTE, act: () => enforcement.poke() },
			],
			checkin: {
				own({ id }, said): BansAnswer | undefined {
					const { data } = bansSaidSchema.safeParse(said);
					if (!data) return undefined;
					const { mark, changed: isOther } = book.take(id, data);
					if (isOther) changed([id]);
					else tellFull();
					const held = { held: book.of(id).size, enforced: enforced() };
					return mark === undefined ? held : { mark, ...held };
				},
			},
			homeStatus: ({ id }) => (book.of(id).size > 0 ? { bans: book.of(id).size } : {}),
			status: (): BansStatus => ({
				bans: { held: book.total(), homes: book.all().size, enforced: enforced() },
			}),
			commands: {
				async bans(text) {
					const order = orderSchema.parse(JSON.parse(text || "{}"));
					if (order.action === "list") return listText();
					const client = parseClient(order.client);
					if (!book.lift(order.home, client))
						throw new HeimwegError(`the home ${order.home} has not banned ${clientText(client)}`);
					changed([order.home]);
					await memory.write(book.lifted());
					return `${clientText(client)} may reach the home ${order.home} again, until it bans it anew`;
				},
			},
			async start() {
				const text = await readRegularFile(file, { limit: largestFile }).then(
					({ bytes }) => bytes.toString("utf8"),
					() => "",
				);
				book = createBanBook({ file: text, lifted: (await memory.read()) ?? [] });
				const { registry } = facts.homes.value ?? {};
				if (registry) book.keep(registry.homes);
				if (mapText(book.entries()) !== text) saver.soon();
			},
			async stop() {
				await saver.flush();
				saver.stop();
				memory.stop();
			},
		};

		function listText(): string {
			const lines = [...book.all()].flatMap(([home, held]) =>
				[...held].map(
					([client, until]) =>
						`${home}  ${clientText(client)}  until ${new Date(until).toISOString().slice(0, 19)}Z`,
				),
			);
			const count = `${lines.length === 0 ? "no home has banned anybody" : `${lines.length} bans`}`;
			return [...lines, enforced() ? count : `${count}; HAProxy has not learned of all of them`].join("\n");
		}
	},

	rows(status) {
		const { bans: said } = status as Partial<BansStatus>;
		if (!said || said.held === 0) return [];
		const homes = said.homes === 1 ? "1 home" : `${said.homes} homes`;
		const text = `${said.held} clients of ${homes}${said.enforced ? " are refused" : ", of whom HAProxy has not learned"}`;
		return [{ place: 33, name: "Bans", text }];
	},

	cli: bansCommands,
});
