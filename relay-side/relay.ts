import { basename, join } from "node:path";
import { type Address, endpointText } from "../shared/address.ts";
import { createApi } from "../shared/api.ts";
import { askBanner } from "../shared/banner.ts";
import type { RunCommand } from "../shared/command.ts";
import type { Daemon } from "../shared/daemon.ts";
import { createGuard } from "../shared/guard.ts";
import { createGuardDuty } from "../shared/guard-duty.ts";
import { Health } from "../shared/health.ts";
import type { Logger } from "../shared/log.ts";
import { createMetrics } from "../shared/metrics.ts";
import { notifierStateSchema } from "../shared/notify.ts";
import { reviewOverlaps } from "../shared/overlap.ts";
import { queueMark } from "../shared/postfix/activity.ts";
import { postfixFlush } from "../shared/postfix/flush.ts";
import { listQueue } from "../shared/postfix/queue.ts";
import { createQueueRoom } from "../shared/postfix/queue-room.ts";
import { publicKeyOf } from "../shared/protocol/keys.ts";
import { spokenSchema } from "../shared/protocol/spoken.ts";
import { savedState } from "../shared/saved-state.ts";
import { onSchedule } from "../shared/schedule.ts";
import { stateFile } from "../shared/state.ts";
import { systemd } from "../shared/systemd.ts";
import { tunnelInterface } from "../shared/tunnel-interface.ts";
import { version } from "../shared/version.ts";
import { createCheckins } from "./checkin/checkins.ts";
import { type Home, homeParser } from "./homes/home.ts";
import { createHomesKeeper, type HomesKeeper, storedRegistrySchema } from "./homes/keeper.ts";
import { type HomesWatch, watchHomes } from "./homes/watch.ts";
import type { Loaded } from "./load.ts";
import { createNotifiers } from "./notify/notifiers.ts";
import { createPeers } from "./peers/peers.ts";
import { createOutgoing } from "./policy/policy.ts";
import { lackingSettings, recipientUse } from "./postfix/apply.ts";
import { postfixNotSetUp } from "./postfix/conditions.ts";
import { databaseType, mapFile, mapNames, mapReference, postfixMaps } from "./postfix/maps.ts";
import { createMended } from "./postfix/mended.ts";
import { createReload } from "./postfix/reload.ts";
import { createPostfixWatch } from "./postfix/running.ts";
import { watchMaps } from "./postfix/watch-maps.ts";
import { createIdentity } from "./pulse/identity.ts";
import { createPresence } from "./pulse/presence.ts";
import { createPulses } from "./pulse/pulses.ts";
import { createOldMail } from "./queue/old-mail.ts";
import { createQueue } from "./queue/queue.ts";
import { listsNotUsed } from "./recipients/conditions.ts";
import { createRecipientsKeeper } from "./recipients/keeper.ts";
import { createRecipients } from "./recipients/map.ts";
import { createRoutes, leavingSchema } from "./routes/routes.ts";
import { type RelayStatus, statusLine } from "./status.ts";

/** Puts the relay's companion together: watchers poke duties, and nothing else. Nothing is touched before `start`. */
export async function createRelay(loaded: Loaded, run: RunCommand, log: Logger): Promise<Daemon> {
	const { config, privateKey, privateKeyFile } = loaded;
	const { addresses, networks, interface: name, mtu, listen_port: listenPort } = config.tunnel;
	const health = new Health(log);
	const metrics = createMetrics("heimweg_relay", version, health);
	const notify = systemd(run, log);
	const guarded = createGuard({ run, interface: name, networks });
	const device = tunnelInterface(run, {
		name,
		addresses,
		networks,
		mtu,
		listenPort,
		privateKey,
		privateKeyFile,
	});
	const state = <T>(file: string, schema: Parameters<typeof stateFile<T>>[1]) =>
		stateFile(join(config.state_dir, file), schema, log);
	let homeAt = new Map<Address, Home>();
	let homesWatch: HomesWatch | undefined;
	let ready = false;
	let listening = false;
	const endings: Array<() => unknown> = [];

	const { maps_dir: mapsDirectory, service, policy_port: policyPort } = config.postfix;
	const type = await databaseType(run);
	const rules = { networks, relayAddresses: addresses, relayPublicKey: publicKeyOf(privateKey) };
	const keeper: HomesKeeper = await createHomesKeeper({
		state: state("homes.json", storedRegistrySchema),
		rules,
		health,
		log,
		onChange({ changedHomes, changedDomains }) {
			index();
			if (changedDomains.size > 0) {
				recipients.changed(undefined);
				routes.poke(changedDomains, { news: true });
			}
			if (changedHomes.size > 0) peers.poke(undefined, { news: true });
			showStatus();
		},
	});

	/** What is looked up for each datagram. */
	function index(): void {
		const homes = [...keeper.registry.homes.values()];
		homeAt = new Map(homes.flatMap((home) => home.addresses.map((address) => [address, home] as const)));
		presence.keep(keeper.registry.homes.keys());
		identity.keep(keeper.registry);
		outgoing.review();
		notifiers.review();
		checkins.keep(keeper.registry);
	}

	const registry = () => keeper.registry;
	const notifiers = await createNotifiers({
		config: config.notify,
		registry,
		state: (channel) =>
			savedState(join(config.state_dir, `${channel}.json`), notifierStateSchema, { health, log }),
		run,
		health,
		log,
	});

	const presence = createPresence({
		health,
		log,
		onBack: (home) => {
			queue.returned(home);
			showStatus();
		},
		onAway: (home) => {
			log.info({ home }, `home ${home} went away`);
			queue.left(home);
			// It may be our interface that is gone, or its peer.
			peers.poke(undefined, { news: true });
			showStatus();
		},
	});

	const guard = createGuardDuty({ guard: guarded, onStands: serve, health, log });

	const peers = createPeers({
		guarded: () => ready,
		device,
		homes: () => keeper.registry.homes,
		presence: (home) => presence.of(home),
		nudge: (address) => pulses.nudge(address),
		onUp: listen,
		health,
		log,
	});

	const maps = postfixMaps({
		...{ directory: mapsDirectory, type, run },
		onMended() {
			reload.ask();
			mended.begin();
		},
	});
	const reload = createReload({
		file: join(config.run_dir, "reload-postfix"),
		onReload: () => mended.begin(),
		log,
	});
	const mended = createMended({ listQueue, flush: postfixFlush(run), health, log });
	/** Those that every smtpd(8) uses; and as main.cf had them last, which a process learns when it is started anew. */
	let delimiters: string | undefined;
	let lastDelimiters: string | undefined;
	const lists = await createRecipientsKeeper({
		directory: join(config.state_dir, "recipients"),
		registry,
		onChange: (changed) => recipients.changed(changed),
		health,
		log,
	});
	const recipients = createRecipients({
		guarded: () => ready,
		maps,
		file: mapFile({ directory: mapsDirectory, type }, "relay_recipients"),
		sources: () => ({ registry: keeper.registry, listOf: lists.of, delimiters }),
		health,
		log,
	});

	const routes = createRoutes({
		guarded: () => ready,
		maps,
		admit: recipients.admit,
		registry,
		listQueue,
		state: state("leaving.json", leavingSchema),
		service,
		health,
		log,
	});

	const mapsWatch = watchMaps({
		directory: mapsDirectory,
		files: new Map(mapNames.map((map) => [basename(mapFile({ directory: mapsDirectory, type }, map)), map])),
		changedByOthers: maps.changedByOthers,
		onChange(map) {
			const duty = map === "relay_recipients" ? recipients.duty : routes;
			duty.poke(undefined, { news: true });
		},
		log,
	});

	const queue = createQueue({
		homes: () => keeper.registry.homes,
		here: (home) => presence.of(home).here,
		listQueue,
		mark: queueMark(run),
		flush: postfixFlush(run),
		ask: askBanner,
		onChange() {
			void oldMail.review(keeper.registry.homes.keys());
			showStatus();
		},
		health,
		log,
	});

	const oldMail = createOldMail({ run, waiting: (home) => queue.waiting(home), health });

	const atHome = (address: Address) => homeAt.get(address);
	const identity = createIdentity({
		privateKey,
		state: savedState(join(config.state_dir, "identity.json"), spokenSchema, { health, log }),
	});
	const pulses = createPulses({
		addresses,
		port: config.pulse.port,
		homeAt: atHome,
		identity,
		run,
		endpoints: () => device.wireguard.endpoints(),
		presence,
		health,
		metrics,
	});
	const checkins = createCheckins({
		addresses,
		port: config.checkin.port,
		privateKey,
		homeAt: atHome,
		identity,
		run,
		registry,
		presence,
		lists,
		waiting: (home) => queue.waiting(home),
		health,
		metrics,
	});
	const outgoing = createOutgoing({ port: policyPort, homeAt: atHome, registry, health, metrics });

	const duties = [guard, peers, recipients.duty, routes, queue.duty, mended.duty];
	const live = () => duties.every((duty) => !duty.overdue());
	const api = createApi({
		health,
		metrics,
		log,
		ready: () => ready,
		live,
		status,
		commands: {
			"accept-removals": async () => {
				const gone = keeper.acceptRemovals();
				return gone.length > 0 ? `no longer served: ${gone.join(", ")}` : "no removal was held";
			},
			"accept-recipients": async (home) => {
				const gone = lists.accept(home);
				return gone === undefined
					? `no list of a home "${home}" is held`
					: `the list of the home ${home} is in force; ${gone} recipients are no longer valid`;
			},
		},
	});

	metrics.gauge("homes", "Homes that are served", () => keeper.registry.homes.size);
	metrics.gauge(
		"homes_here",
		"Homes whose pulses come",
		() => status().homes.filter((home) => home.here).length,
	);

	metrics.gauge("mails_waiting", "Mails that wait for a home", () => {
		let total = 0;
		for (const home of keeper.registry.homes.keys()) total += queue.waiting(home)?.mails ?? 0;
		return total;
	});

	/** Begins what may only run behind the guard. */
	function serve(): void {
		if (ready) return;
		ready = true;
		peers.poke();
		recipients.changed(undefined);
		routes.poke();
		void mapsWatch.look();
		presence.start();
		queue.start();
		// What was mended just before a restart, by us or somebody else.
		mended.begin();
		outgoing.start();
		void notify.ready(statusLine(status()));
	}

	/** The tunnel's addresses are there. */
	function listen(): void {
		if (listening) return;
		listening = true;
		pulses.start();
		checkins.start();
	}

	function showStatus(): void {
		if (ready) void notify.status(statusLine(status()));
	}

	function status(): RelayStatus {
		return {
			version,
			mailFlows: health.mailFlows && ready,
			homes: [...keeper.registry.homes.values()].map((home) => {
				const { here, since, lastSeen, endpoint } = presence.of(home.id);
				const checkin = checkins.of(home.id);
				return {
					id: home.id,
					here,
					for: (performance.now() - since) / 1000,
					lastSeen,
					endpoint: endpoint && endpointText(endpoint),
					addresses: home.addresses,
					domains: home.domains,
					waiting: queue.waiting(home.id),
					agent: checkin && { version: checkin.version, conditions: checkin.conditions },
				};
			}),
			held: [...keeper.registry.held],
			conditions: health.list(),
		};
	}

	/** Maps that Postfix does not read route nothing. */
	async function watchPostfix(): Promise<void> {
		const missing = await lackingSettings({
			...{ run, mapsDirectory, service, type, networks, policyPort },
			relayAddresses: addresses,
		}).catch(() => undefined);
		if (missing) health.put(postfixNotSetUp, "", missing.length > 0 ? { missing } : undefined);
	}

	/** Who is valid is for Postfix to ask; until it does, everybody is. */
	async function watchRecipientUse(): Promise<void> {
		const map = mapReference({ directory: mapsDirectory, type }, "relay_recipients");
		const use = await recipientUse(run, map).catch(() => undefined);
		if (!use) return;
		health.put(listsNotUsed, "", use.used ? undefined : { map });
		const known = lastDelimiters ?? use.delimiters;
		const inBoth = [...use.delimiters].filter((one) => known.includes(one)).join("");
		lastDelimiters = use.delimiters;
		if (delimiters === inBoth) return;
		delimiters = inBoth;
		recipients.changed(undefined);
	}

	const lookForRoom = createQueueRoom({ run, health });
	const lookWhetherItRuns = createPostfixWatch({ run, health });

	return {
		async start() {
			await api.listen(config.http.listen, join(config.run_dir, "control.sock"));
			homesWatch = await watchHomes({
				directory: config.homes_dir,
				parse: homeParser(rules),
				onFiles: (files) => keeper.update(files),
				log,
			});
			index();
			await identity.restore();
			await notifiers.start();
			guard.poke();
			void watchPostfix();
			void watchRecipientUse();
			notify.startWatchdog(live);
			endings.push(
				health.listen(showStatus),
				onSchedule("*/10 * * * * *", () => peers.poke()),
				onSchedule("*/15 * * * * *", () => guard.poke()),
				onSchedule("*/5 * * * * *", () => {
					void lookForRoom();
					void lookWhetherItRuns();
				}),
				onSchedule("* * * * *", () => {
					routes.poke();
					recipients.duty.poke();
					if (ready) void mapsWatch.look();
					lists.look();
					void homesWatch?.rescan();
					void reviewOverlaps(run, config.tunnel, health);
					void watchPostfix();
					void watchRecipientUse();
					outgoing.review();
					void oldMail.review(keeper.registry.homes.keys());
					pulses.review();
				}),
			);
			log.info({ version }, `heimweg-relay ${version} started`);
		},
		async stop() {
			for (const end of endings) end();
			notify.stop();
			pulses.stop();
			checkins.stop();
			identity.stop();
			outgoing.stop();
			presence.stop();
			queue.stop();
			mended.end();
			reload.stop();
			mapsWatch.stop();
			await homesWatch?.stop();
			await notifiers.stop();
			await Promise.all([keeper.stop(), lists.saved(), api.close(), ...duties.map((duty) => duty.stop())]);
		},
	};
}
