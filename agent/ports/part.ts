import { clientPortNumbers, proxyPort } from "../../shared/client-ports.ts";
import { runCommand } from "../../shared/command.ts";
import {
	mostNames,
	type PortsAnswer,
	type PortsReport,
	portsAnswerSchema,
} from "../../shared/protocol/ports.ts";
import { inTurn } from "../../shared/ticks.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { watchFiles } from "../../shared/watch-files.ts";
import { agentPart } from "../part.ts";
import { createCertificateLooks } from "./certificate-looks.ts";
import * as conditions from "./conditions.ts";
import { portsShape, servedPorts } from "./config.ts";
import { dovecotCommand, dropInPath } from "./dovecot.ts";
import { guardRules } from "./guard.ts";
import { lookAtPorts, type Offered, programOf, servicesOf } from "./offered.ts";
import { submissionSide } from "./postfix.ts";
import { followWay } from "./way.ts";

/** What the status has of it. */
export interface PortsStatus {
	ports?: {
		/** Client ports that are set up here, and those of them that nothing listens on. */
		offered: readonly number[];
		silent: readonly number[];
		/** What the relay serves for this home; undefined while it has not said. */
		served: { names: readonly string[]; ports: readonly number[] } | undefined;
	};
}

/** Web servers have their PROXY ports from their owners; those of mail are guarded whoever uses them. */
const alwaysGuarded = clientPortNumbers.filter((port) => port !== 80 && port !== 443);

/** Milliseconds without a further event after which Dovecot's drop-in is looked at: it is written in one step. */
const dropInQuiet = SECOND / 10;

/** What mail programs reach here through the relay: the PROXY ports of Postfix and Dovecot, and who may speak to them. */
export const ports = agentPart({
	name: "ports",
	config: portsShape,
	conditions: Object.values(conditions),
	guard: ({ tunnel, relays, ports: config }) =>
		guardRules({
			interface: tunnel.interface,
			relay: relays.flatMap(({ addresses }) => addresses),
			ports: [...new Set([...alwaysGuarded, ...servedPorts(config)])].map(proxyPort),
		}),
	postfix: ({ ports: config }) => submissionSide(config),

	create({ ports: config }, { facts, run, health, log, statusChanged }) {
		const serve = servedPorts(config);
		let offered: Offered | undefined;
		let served: PortsAnswer | undefined;
		const tellWay = facts.way.own("ports");
		const way = followWay();
		let news = () => {};
		const services = servicesOf(run);

		const names = () => (config.names ?? facts.published.value?.names ?? []).slice(0, mostNames);

		const certificates = createCertificateLooks({
			names,
			ports: () => ({ set: offered?.ports ?? [], listening: offered?.direct ?? [] }),
			health,
		});

		const look = inTurn(async () => {
			let fresh: Offered;
			try {
				fresh = await lookAtPorts(run, serve, { services: services.now });
			} catch (error) {
				log.debug({ error }, "the PROXY ports are not known");
				return;
			}
			const isNews = fresh.ports.join() !== offered?.ports.join();
			offered = fresh;
			for (const port of clientPortNumbers) {
				const silent = fresh.silent.includes(port);
				const details = { proxy: proxyPort(port), program: programOf(port) };
				health.put(conditions.notListening, String(port), silent ? details : undefined);
			}
			if (isNews) {
				statusChanged();
				news();
			}
			// Nothing waits for servers that do not answer.
			certificates.look();
		});

		/** `heimweg dovecot` and `heimweg postfix` take effect at once. */
		async function lookAnew(): Promise<void> {
			services.forget();
			await look();
		}

		// Where its folder cannot be watched, or Dovecot is not installed yet, the looks at the ports see it.
		const dropIn = watchFiles({ onChange: () => void lookAnew(), log, quiet: dropInQuiet });
		facts.settingsChanges.subscribe(() => void lookAnew());

		return {
			name: "ports",
			ticks: [
				{ every: 20 * SECOND, act: look },
				{ every: MINUTE, act: dropIn.look },
			],
			checkin: {
				own(): PortsReport | undefined {
					if (!offered) return undefined;
					return {
						names: names(),
						ports: offered.ports,
						relayed: [...(facts.published.value?.relayed ?? [])],
					};
				},
				heardOwn(answer) {
					const read = portsAnswerSchema.safeParse(answer);
					// A relay of an earlier version says nothing.
					served = read.success ? read.data : undefined;
					const endpoints = [...facts.relays.all.values()].flatMap(({ addresses }) => addresses);
					tellWay(way.after(served, endpoints));
					statusChanged();
				},
				subscribe(listener) {
					news = listener;
				},
			},
			status: (): PortsStatus => ({
				ports: {
					offered: offered?.ports ?? [],
					silent: offered?.silent ?? [],
					served: served?.names && { names: served.names, ports: served.ports ?? [] },
				},
			}),
			async start() {
				await dropIn.follow([dropInPath]);
				void look();
			},
			stop: dropIn.stop,
		};
	},

	rows(status) {
		const { ports: now } = status as PortsStatus;
		if (!now || now.offered.length === 0) return [];
		const { served } = now;
		const text = !served
			? `port ${now.offered.join(", ")} is set up; the relay has not said that it serves it`
			: served.names.length === 0 || served.ports.length === 0
				? `port ${now.offered.join(", ")} is set up; the relay serves none of it`
				: `port ${served.ports.join(", ")} as ${served.names.join(", ")}`;
		return [{ place: 32, name: "Through relay", text }];
	},

	cli(program, { configOption, load, end }) {
		program
			.command("dovecot")
			.description(
				"shows what Dovecot needs for mail programs that come through the relay; exits 1 when something is missing",
			)
			.option(...configOption)
			.option("--apply", "set it (as root), in a file of its own")
			.option("--undo", "take that file away")
			.action(async ({ config, ...options }: { config: string; apply?: boolean; undo?: boolean }) => {
				await end(
					(async () => {
						const { relays, ports: settings } = (await load(config)) as Awaited<ReturnType<typeof load>>;
						return dovecotCommand(options, {
							...{ run: runCommand, out: process.stdout, uid: process.getuid?.() ?? -1 },
							relay: relays.flatMap(({ addresses }) => addresses),
							ports: servedPorts(settings),
						});
					})(),
				);
			});
	},
});
