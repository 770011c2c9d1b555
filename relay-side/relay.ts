import { join } from "node:path";
import { type Address, endpointText } from "../shared/address.ts";
import { createApi } from "../shared/api.ts";
import type { RunCommand } from "../shared/command.ts";
import type { Daemon } from "../shared/daemon.ts";
import { createGuard } from "../shared/guard.ts";
import { createGuardDuty } from "../shared/guard-duty.ts";
import { Health } from "../shared/health.ts";
import type { Logger } from "../shared/log.ts";
import { createMetrics } from "../shared/metrics.ts";
import { createNotifier, notifierStateSchema } from "../shared/notify.ts";
import { commandChannel } from "../shared/notify-command.ts";
import { reviewOverlaps } from "../shared/overlap.ts";
import { deriveBearer, publicKeyOf } from "../shared/protocol/bearer.ts";
import type { Checkin, CheckinAnswer } from "../shared/protocol/checkin.ts";
import { onSchedule } from "../shared/schedule.ts";
import { stateFile } from "../shared/state.ts";
import { systemd } from "../shared/systemd.ts";
import { tunnelInterface } from "../shared/tunnel-interface.ts";
import { version } from "../shared/version.ts";
import {
	addressDiffers,
	checkinServing,
	homeNoisy,
	notifyMailRouted,
	policyFailing,
	pulseFailing,
} from "./conditions.ts";
import { createPeers } from "./duties/peers.ts";
import { createQueue } from "./duties/queue.ts";
import { createRecipients } from "./duties/recipients.ts";
import { createRoutes, leavingSchema } from "./duties/routes.ts";
import { type Home, homeParser } from "./homes/home.ts";
import { createHomesKeeper, type HomesKeeper, storedRegistrySchema } from "./homes/keeper.ts";
import type { Loaded } from "./load.ts";
import { mailChannel } from "./notify-mail.ts";
import { createOldMail } from "./old-mail.ts";
import { queueMark } from "./postfix/activity.ts";
import { lackingSettings, recipientUse } from "./postfix/apply.ts";
import { postfixNotSetUp } from "./postfix/conditions.ts";
import { postfixFlush } from "./postfix/flush.ts";
import { databaseType, mapFile, mapReference, postfixMaps } from "./postfix/maps.ts";
import { actionOf, judge, readRequest } from "./postfix/policy.ts";
import { domainOf, listQueue } from "./postfix/queue.ts";
import { submitTo } from "./postfix/submit.ts";
import { createPresence } from "./presence.ts";
import { listsNotUsed } from "./recipients/conditions.ts";
import { createRecipientsKeeper } from "./recipients/keeper.ts";
import { createRefusals } from "./refusals.ts";
import { type RelayStatus, statusLine } from "./status.ts";
import { askBanner } from "./watch/banner.ts";
import { serveCheckins } from "./watch/checkin.ts";
import { type HomesWatch, watchHomes } from "./watch/homes.ts";
import { servePolicy } from "./watch/policy.ts";
import { servePulses } from "./watch/pulse.ts";

/** Milliseconds after the last pulse too many that a home counts as noisy. */
const noisyFor = 60_000;

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
	const checkins = new Map<string, Checkin>();
	const bearers = new Map<string, string>();
	const noisyUntil = new Map<string, number>();
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
			if (!ready) return;
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
		refusals.review(keeper.registry.homes);
		if (mail !== undefined) health.put(notifyMailRouted, "", mailRoutedHome() ? { mail } : undefined);
		const keys = new Set(homes.map((home) => home.publicKey));
		for (const key of bearers.keys()) if (!keys.has(key)) bearers.delete(key);
		for (const id of checkins.keys()) if (!keeper.registry.homes.has(id)) checkins.delete(id);
	}

	const refusals = createRefusals(health);

	const { command, mail } = config.notify;
	function mailRoutedHome(): boolean {
		const domain = domainOf(mail ?? "");
		return [...keeper.registry.homes.values()].some(({ domains }) => domains.includes(domain));
	}

	const channels = [
		...(command ? [commandChannel({ command, program: "heimweg-relay", run })] : []),
		...(mail === undefined
			? []
			: [
					mailChannel({
						recipient: mail,
						host: await ownName(run),
						submit: submitTo(),
						routedHome: mailRoutedHome,
					}),
				]),
	];
	const notifiers = channels.map((channel) =>
		createNotifier({ channel, state: state(`${channel.name}.json`, notifierStateSchema), health, log }),
	);

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
			showStatus();
		},
	});

	const guard = createGuardDuty({ guard: guarded, onStands: serve, health, log });

	const peers = createPeers({
		device,
		homes: () => keeper.registry.homes,
		presence: (home) => presence.of(home),
		nudge: (address) => pulses.nudge(address),
		onUp: listen,
		health,
		log,
	});

	const maps = postfixMaps({ directory: mapsDirectory, type, run });
	let delimiters: string | undefined;
	const lists = await createRecipientsKeeper({
		directory: join(config.state_dir, "recipients"),
		registry: () => keeper.registry,
		onChange: (changed) => recipients.changed(changed),
		health,
		log,
	});
	const recipients = createRecipients({
		maps,
		file: mapFile({ directory: mapsDirectory, type }, "relay_recipients"),
		sources: () => ({ registry: keeper.registry, listOf: lists.of, delimiters }),
		health,
		log,
	});

	const routes = createRoutes({
		maps,
		admit: recipients.admit,
		registry: () => keeper.registry,
		listQueue,
		state: state("leaving.json", leavingSchema),
		service,
		health,
		log,
	});

	const queue = createQueue({
		homes: () => keeper.registry.homes,
		here: (home) => presence.of(home).here,
		listQueue,
		mark: await queueMark(run),
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

	const answered = metrics.counter("pulses_total", "Pulses of homes");
	const dropped = {
		stranger: metrics.counter("pulses_from_strangers_total", "Datagrams from addresses that are no home's"),
		garbage: metrics.counter("pulses_garbage_total", "Datagrams of homes that were no pulse"),
		rate: metrics.counter("pulses_over_rate_total", "Pulses over 5 a second from one home"),
	};
	const refused = metrics.counter("checkins_refused_total", "Requests that were no good check-in");

	const pulses = servePulses({
		addresses,
		port: config.pulse.port,
		homeAt: (address) => homeAt.get(address),
		endpoints: () => device.wireguard.endpoints(),
		onPulse(home, interval) {
			answered.add();
			presence.pulse(home, interval);
			if (noisyUntil.size > 0 && (noisyUntil.get(home) ?? 0) < performance.now()) quiet(home);
		},
		onEndpoint: (home, endpoint) => presence.seenAt(home, endpoint),
		onDropped(reason, home) {
			dropped[reason].add();
			if (reason !== "rate" || !home) return;
			noisyUntil.set(home, performance.now() + noisyFor);
			health.set(homeNoisy, home, undefined);
		},
		onTrouble: (error) =>
			health.put(pulseFailing, "", error && { error: error.message, ...remedyPart(error) }),
	});

	function quiet(home: string): void {
		if (noisyUntil.delete(home)) health.clear(homeNoisy, home);
	}

	const checkinServer = serveCheckins({
		addresses,
		port: config.checkin.port,
		homeAt(address) {
			const home = homeAt.get(address);
			return home && { id: home.id, bearer: bearerOf(home) };
		},
		onCheckin: takeCheckin,
		onRecipients: lists.take,
		onRefused: () => refused.add(),
		onTrouble: (error) =>
			health.put(checkinServing, "", error && { error: error.message, ...remedyPart(error) }),
	});

	const sendersRefused = metrics.counter(
		"senders_refused_total",
		"Recipients of homes' mails that were refused for their sender",
	);

	const policy = servePolicy({
		port: policyPort,
		onRequest(text) {
			const request = readRequest(text);
			if (!request) return undefined;
			const verdict = judge(request, {
				homeAt: (address) => homeAt.get(address),
				deferred: keeper.registry.deferred,
			});
			if (verdict.is === "refused") {
				sendersRefused.add();
				refusals.refused(verdict.home, request.sender);
			}
			return actionOf(verdict, request.sender);
		},
		onTrouble: (error) =>
			health.put(policyFailing, "", error && { error: error.message, ...remedyPart(error) }),
	});

	function bearerOf(home: Home): string {
		const known = bearers.get(home.publicKey) ?? deriveBearer(privateKey, home.publicKey);
		bearers.set(home.publicKey, known);
		return known;
	}

	function takeCheckin(id: string, checkin: Checkin): CheckinAnswer {
		const home = keeper.registry.homes.get(id)!;
		checkins.set(id, checkin);
		compareAddress(id, checkin);
		lists.report(id, checkin.recipients);
		return {
			version,
			home: id,
			domains: home.domains.filter((domain) => !keeper.registry.deferred.has(domain)),
			destination: { address: home.addresses[0]!, port: home.mailPort },
			...waitingPart(id),
			recipients: lists.state(id),
			notices: health
				.list()
				.filter((c) => c.subject === id && c.code !== "home.away")
				.map(({ code, text, remedy, since }) => ({
					code,
					text: text.slice(0, 300),
					remedy: remedy.slice(0, 300),
					since,
				})),
		};
	}

	function waitingPart(home: string): Pick<CheckinAnswer, "waiting"> {
		const waiting = queue.waiting(home);
		return waiting ? { waiting } : {};
	}

	/** What the home believes and what WireGuard sees should be one address, in the family that the tunnel uses. */
	function compareAddress(id: string, { addresses: told }: Checkin): void {
		const seen = presence.of(id).endpoint?.address;
		const own = seen?.includes(":") ? undefined : told.ipv4;
		health.put(addressDiffers, id, seen && own && seen !== own ? { seen, told: own } : undefined);
	}

	const duties = [guard, peers, recipients.duty, routes, queue.duty];
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
		presence.start();
		queue.start();
		policy.start();
		void notify.ready(statusLine(status()));
	}

	/** The tunnel's addresses are there. */
	function listen(): void {
		if (listening) return;
		listening = true;
		pulses.start();
		checkinServer.start();
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
				const checkin = checkins.get(home.id);
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
		if (delimiters === use.delimiters) return;
		delimiters = use.delimiters;
		recipients.changed(undefined);
	}

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
			for (const notifier of notifiers) await notifier.start();
			guard.poke();
			void watchPostfix();
			void watchRecipientUse();
			notify.startWatchdog(live);
			endings.push(
				health.listen(showStatus),
				onSchedule("*/10 * * * * *", () => peers.poke()),
				onSchedule("*/15 * * * * *", () => guard.poke()),
				onSchedule("* * * * *", () => {
					routes.poke();
					recipients.duty.poke();
					lists.look();
					void homesWatch?.rescan();
					void reviewOverlaps(run, config.tunnel, health);
					void watchPostfix();
					refusals.review(keeper.registry.homes);
					void oldMail.review(keeper.registry.homes.keys());
					for (const [home, until] of noisyUntil) if (until < performance.now()) quiet(home);
				}),
			);
			log.info({ version }, `heimweg-relay ${version} started`);
		},
		async stop() {
			for (const end of endings) end();
			notify.stop();
			pulses.stop();
			checkinServer.stop();
			policy.stop();
			presence.stop();
			queue.stop();
			await homesWatch?.stop();
			await Promise.all(notifiers.map((notifier) => notifier.stop()));
			await Promise.all([keeper.stop(), lists.saved(), api.close(), ...duties.map((duty) => duty.stop())]);
		},
	};
}

/** The name under which this machine sends mail. */
async function ownName(run: RunCommand): Promise<string> {
	const name = await run("postconf", ["-x", "-h", "myhostname"]).catch(() => "");
	return name.trim() || "localhost";
}

function remedyPart(error: { remedy?: string | undefined }): { remedy?: string } {
	return error.remedy ? { remedy: error.remedy } : {};
}
