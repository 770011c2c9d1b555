import { type Address, type Cidr, inNetwork } from "../../shared/address.ts";
import { clientText, parseClient } from "../../shared/banned-client.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import { bansAnswerSchema } from "../../shared/protocol/bans.ts";
import { atMostEvery } from "../../shared/ticks.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { agentPart } from "../part.ts";
import { type BanBook, bansSchema, createBanBook } from "./book.ts";
import { bansCommands } from "./command.ts";
import * as conditions from "./conditions.ts";
import { leftOrders, watchOrders } from "./left-orders.ts";
import { type Order, orderSchema } from "./order.ts";

/** Between two check-ins because of bans: the first is told at once, what follows in one go. */
const gathering = 2 * SECOND;

/** Between two times that all of them are written: of thousands, which come one by one, that takes longer than all the rest. */
const savePause = 2 * SECOND;

export interface BansStatus {
	bans: { banned: number; held: number; enforced: boolean | undefined };
}

/** Clients that this home bans: the relay refuses them, since no firewall here can stop what comes through the tunnel. */
export const bans = agentPart({
	name: "bans",
	conditions: Object.values(conditions),

	create({ relays, tunnel, state_dir }, { health, log, state, metrics }) {
		const memory = state("bans.json", bansSchema);
		let book: BanBook = createBanBook();
		let wantCheckin = (_after?: number) => {};
		let answer: { held: number; enforced: boolean } | undefined;
		let answered = false;
		let toldAt = Number.NEGATIVE_INFINITY;
		let soon: NodeJS.Timeout | undefined;
		let taking: Promise<void> = Promise.resolve();
		let unwatch = () => {};
		const save = () => memory.write([...book.all()]);
		const saving = atMostEvery(savePause, save);
		const kept: readonly Address[] = [...relays.flatMap(({ addresses }) => addresses), ...tunnel.addresses];
		metrics.gauge("bans", "Clients that are banned at this home", () => book.clients());

		function changed(): void {
			saving.soon();
			review();
			tellRelay();
		}

		/** While bans come one after the other each answer is out of date at once: also those wait, or the relay refuses us. */
		function tellRelay(): void {
			soon ??= setTimeout(
				() => {
					soon = undefined;
					toldAt = performance.now();
					wantCheckin();
				},
				Math.max(0, toldAt + gathering - performance.now()),
			).unref();
		}

		function review(): void {
			const untold = book.untold();
			health.put(conditions.tooMany, "", untold > 0 ? { untold } : undefined);
			const banned = book.clients();
			const why = !answered
				? undefined
				: answer === undefined
					? "the relay's heimweg-relay is older and takes no bans"
					: answer.enforced
						? undefined
						: "HAProxy there has not learned of them";
			health.put(conditions.notHeld, "", banned > 0 && why !== undefined ? { banned, why } : undefined);
		}

		function clientFor(text: string): Cidr {
			const client = parseClient(text);
			const own = [...kept, "127.0.0.1" as Address, "::1" as Address].find((one) => inNetwork(one, client));
			if (own === undefined && !tunnel.networks.some((network) => inNetwork(addressOf(client), network)))
				return client;
			throw new HeimwegError(`${clientText(client)} is not banned: it stands for the relay or this machine`, {
				remedy:
					'put what "heimweg bans jail" prints into /etc/fail2ban/jail.d/heimweg.conf: its ignoreip has it',
			});
		}

		function carryOut(order: Order, at?: number): string {
			if (order.action === "list") return listText(book, answer);
			if (order.action === "flush") {
				const gone = book.flush(order.by);
				changed();
				return `${gone} bans by ${order.by} have ended`;
			}
			if (order.action === "remove") {
				const client = parseClient(order.client);
				const gone = book.remove(client, order.by);
				if (gone > 0) changed();
				return gone > 0 ? `${clientText(client)} may come again` : `${clientText(client)} is not banned`;
			}
			const client = clientFor(order.client);
			book.add({ client, by: order.by, seconds: order.seconds, ...(at === undefined ? {} : { at }) });
			changed();
			return `${clientText(client)} is banned`;
		}

		/** What was left for this comes before what is asked for now; each order once. */
		function takeLeft(): Promise<void> {
			taking = taking.catch(() => {}).then(takeAll);
			return taking;
		}

		async function takeAll(): Promise<void> {
			const { orders, forget } = await leftOrders(state_dir);
			if (orders.length === 0) return forget();
			for (const { order, at } of orders) {
				try {
					carryOut(order, Math.min(at, Date.now()));
				} catch (error) {
					log.warn({ order }, `an order about bans was not carried out: ${messageOf(error)}`);
				}
			}
			book.expire();
			// On disk before it is forgotten; done twice, it is the same.
			await save();
			await forget();
		}

		return {
			name: "bans",
			ticks: [
				{ every: 10 * SECOND, act: () => void (book.expire() && changed()) },
				{ every: 10 * SECOND, act: takeLeft },
			],
			commands: {
				async bans(text) {
					const order = orderSchema.parse(JSON.parse(text || "{}"));
					await takeLeft();
					return carryOut(order);
				},
			},
			checkin: {
				own: () => book.toTell(),
				heardOwn(said) {
					const { data } = bansAnswerSchema.safeParse(said);
					answered = true;
					answer = data && { held: data.held, enforced: data.enforced };
					if (book.confirmed(data?.mark) && data) tellRelay();
					review();
				},
				subscribe(listener) {
					wantCheckin = listener;
				},
			},
			status: (): BansStatus => ({
				bans: { banned: book.clients(), held: answer?.held ?? 0, enforced: answer?.enforced },
			}),
			async start() {
				book = createBanBook((await memory.read()) ?? []);
				book.expire();
				unwatch = watchOrders(state_dir, () => void takeLeft());
				await takeLeft();
				review();
			},
			async stop() {
				clearTimeout(soon);
				unwatch();
				if (saving.stop()) await save();
				memory.stop();
			},
		};
	},

	rows(status) {
		const { bans: said } = status as Partial<BansStatus>;
		if (!said || said.banned === 0) return [];
		const where =
			said.enforced === true ? say`${said.held} of them refused at the relay` : say`not refused at the relay`;
		return [{ place: 33, name: "Bans", text: `${say`${said.banned} clients`}; ${where}` }];
	},

	cli: bansCommands,
});

const addressOf = (client: Cidr) => client.slice(0, client.indexOf("/")) as Address;

function listText(book: BanBook, answer: { held: number; enforced: boolean } | undefined): string {
	const lines = book.all().map(({ client, by, until }) => {
		return `${clientText(client)}  until ${new Date(until).toISOString().slice(0, 19)}Z  by ${by}`;
	});
	const held = answer?.enforced ? `the relay refuses ${answer.held} clients` : "the relay refuses none";
	return [...lines, `${lines.length === 0 ? "nobody is banned" : `${lines.length} bans`}; ${held}`].join(
		"\n",
	);
}
