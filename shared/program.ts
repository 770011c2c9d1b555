import { join } from "node:path";
import { createApi } from "./api.ts";
import { httpFailing, httpPortTaken } from "./api-conditions.ts";
import { removeDrafts } from "./atomic-file.ts";
import type { RunCommand } from "./command.ts";
import { configWatch } from "./config-watch.ts";
import type { Daemon } from "./daemon.ts";
import type { Duty } from "./duty.ts";
import { messageOf } from "./errors.ts";
import { createGuard } from "./guard.ts";
import { createGuardDuty } from "./guard-duty.ts";
import { Health } from "./health.ts";
import type { Logger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { createNotifier, notifierStateSchema } from "./notify.ts";
import { commandChannel } from "./notify-command.ts";
import { createOverlapReview } from "./overlap.ts";
import type { Part, PartContext, PartTypes, StatusScope, Tick } from "./part.ts";
import { portTrouble } from "./port-holder.ts";
import { createQueueRoom } from "./postfix/queue-room.ts";
import type { LoadedProgram, ProgramKind } from "./program-kind.ts";
import { conditionsIn, statusLine } from "./program-status.ts";
import { type Headline, headlineOf, mayFlow } from "./proof.ts";
import { savedState } from "./saved-state.ts";
import { systemd } from "./systemd.ts";
import { atMostEvery, every } from "./ticks.ts";
import { MINUTE, SECOND } from "./time.ts";
import { version } from "./version.ts";

/** Milliseconds between two lines for systemctl: each costs a process, and homes come and go by the thousand. */
const linePause = SECOND;

/** Between two looks at the guard, which is followed by event too, and at the routes of this machine, which are not. */
const guardEvery = MINUTE;
const overlapsEvery = MINUTE;

/** Milliseconds in which an edited file is noticed. */
const lookAtConfigEvery = 10 * SECOND;

/**
 * Puts a program together from its list of parts: starts them in its order, lets them serve once the guard stands, and
 * stops them in reverse, also when one fails to start. What all share is the program's own: health, metrics, status,
 * control socket, guard, notifier, systemd and its watchdog, disk room, overlaps. Nothing is touched before `start`.
 */
export async function createProgram<Types extends PartTypes>(
	kind: ProgramKind<Types>,
	loaded: LoadedProgram<Types["core"]>,
	run: RunCommand,
	log: Logger,
): Promise<Daemon> {
	const { config } = loaded;
	const { interface: tunnel, networks } = config.tunnel;
	const health = new Health(log);
	const metrics = createMetrics(kind.metrics, version, health);
	const service = systemd(run, log);
	const flushes: Array<() => Promise<void>> = [];
	const state: PartContext["state"] = (file, schema) => {
		const saved = savedState(join(config.state_dir, file), schema, { health, log });
		flushes.push(saved.flush);
		return saved;
	};
	const parts: Array<Types["part"]> = [];
	const started: Part[] = [];
	const endings: Array<() => unknown> = [];
	/** All parts have started; and the guard stands, which is first sought beside that. */
	let begun = false;
	let stands = false;
	let ready = false;
	let stopping = false;

	// Before the parts: one may have something to tell while it is made, from what was saved.
	const showLine = atMostEvery(linePause, () => {
		if (ready && !stopping) void service.status(line());
	});
	const common: PartContext = {
		...{ run, health, log, metrics, state, statusChanged: () => showLine.soon() },
		guarded: () => ready,
		guardAnew: () => guard.anew(),
	};
	const context = kind.context(common, loaded, () => parts);
	for (const one of kind.parts) {
		const made = await one.create(config, context, loaded.parts.get(one.name));
		parts.push(...[made ?? []].flat());
	}

	const rules = kind.parts.flatMap((one) => one.guard?.(config) ?? []);
	const guard = createGuardDuty({
		guard: createGuard({
			...{ run, interface: tunnel, networks },
			// What closes somebody in comes before what lets anybody pass.
			rules: () => [...parts.flatMap((part) => part.guard?.() ?? []), ...rules],
		}),
		onStands() {
			stands = true;
			serve();
		},
		health,
		log,
	});
	const duties = (): Duty[] => [guard, ...parts.flatMap((part) => part.duties?.() ?? [])];
	const live = () => duties().every((duty) => !duty.overdue());
	const { command } = config.notify;
	const notifier =
		command &&
		createNotifier({
			channel: commandChannel({ command, program: kind.name, run }),
			state: state("notify.command.json", notifierStateSchema),
			health,
			log,
		});
	const commands = Object.assign({}, ...parts.map((part) => part.commands ?? {}));
	const api = createApi({
		...{ health, metrics, log, ready: () => ready, mailFlows, live, status, commands },
		onTrouble: portTrouble({ run, taken: httpPortTaken, failing: httpFailing, health }),
	});
	const ticks: Tick[] = [
		{ every: guardEvery, act: () => guard.poke() },
		{ every: 5 * SECOND, act: createQueueRoom({ run, health }) },
		{ every: overlapsEvery, act: createOverlapReview({ run, tunnel: config.tunnel, health }) },
		{ every: lookAtConfigEvery, act: configWatch({ source: loaded.source, program: kind.name, health }) },
	];

	/** Begins what may only run behind the guard, once all parts have started. */
	function serve(): void {
		// The guard may come to stand while we end: a part that has stopped must not begin again.
		if (ready || stopping || !stands || !begun) return;
		ready = true;
		for (const part of parts) part.serve?.();
		void service.ready(line());
	}

	function line(): string {
		const known = parts.map((part) => part.brief?.() ?? part.status?.({}) ?? {});
		return statusLine(kind, Object.assign({}, ...known), health.errors);
	}

	/** What all parts have seen; a condition that stops mail is a no whatever they say. */
	function headline(): Headline {
		return headlineOf(
			parts.map((part) => part.proof?.() ?? {}),
			health.blocking(),
		);
	}

	function mailFlows(known = headline()): boolean {
		return ready && health.mailFlows && mayFlow(known);
	}

	function status(scope: StatusScope) {
		const known = headline();
		return {
			version,
			mailFlows: mailFlows(known),
			headline: known,
			...Object.assign({}, ...parts.map((part) => part.status?.(scope) ?? {})),
			conditions: conditionsIn(health, scope),
			recent: health.recent.list(),
		};
	}

	return {
		async start() {
			void removeDrafts(config.state_dir);
			await api.listen(config.http.listen, join(config.run_dir, "control.sock"));
			await notifier?.start();
			// The guard takes some programs one after the other: it waits only for those who have a say in it.
			const lastSpeaker = parts.findLast((part) => part.guard);
			if (!lastSpeaker) guard.poke();
			for (const part of parts) {
				// Before its start: one that fails halfway has something to end, too.
				started.unshift(part);
				await part.start?.();
				if (part === lastSpeaker) guard.poke();
			}
			service.startWatchdog(live);
			endings.push(health.listen(showLine.soon), showLine.stop);
			for (const tick of [...ticks, ...parts.flatMap((part) => part.ticks ?? [])])
				endings.push(repeat(tick, log));
			log.info({ version }, `${kind.name} ${version} started`);
			begun = true;
			serve();
		},
		async stop() {
			stopping = true;
			for (const end of endings.splice(0)) end();
			service.stop();
			for (const part of started.splice(0)) {
				try {
					await part.stop?.();
				} catch (error) {
					// One that cannot end must not keep the others from it.
					log.warn(`${part.name} did not end as it should: ${messageOf(error)}`);
				}
			}
			await notifier?.stop();
			await Promise.all([api.close(), ...duties().map((duty) => duty.stop())]);
			// Whoever wrote last need not have waited: a restart right now must find it.
			await Promise.all(flushes.map((flush) => flush()));
		},
	};
}

/** Repeats something by the steady clock, never before the last time has ended; returns the way to end that. */
function repeat({ every: period, act }: Tick, log: Logger): () => void {
	let failing = false;
	return every(period, async () => {
		try {
			await act();
			failing = false;
		} catch (error) {
			// Said once: what it would have found out stays as it was last seen.
			log[failing ? "debug" : "warn"]({ err: error }, `a regular look failed: ${messageOf(error)}`);
			failing = true;
		}
	});
}
