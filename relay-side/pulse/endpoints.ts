import { type Endpoint, endpointText } from "../../shared/address.ts";
import { createRest, type MeasureWork, workMeter } from "../../shared/rest.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { rememberedFor } from "./sources.ts";

/** Endpoint by public key. The same object stands for the same endpoint as at the read before. */
export type Seen = ReadonlyMap<string, Endpoint>;

/** Under which endpoints WireGuard sees the homes. Reads are shared, one is under way at most. */
export interface Endpoints {
	/** What the last read showed. */
	known(): Seen;
	/** What a read shows that begins after now; undefined when it fails. All who ask before it begins get the same promise. */
	fresh(): Promise<Seen | undefined>;
	/** Somebody may have moved: reads now, and when WireGuard has surely heard of it. */
	stir(): void;
	start(): void;
	stop(): void;
}

/** Milliseconds between two reads without a reason. */
const safetyEvery = MINUTE;

/**
 * Milliseconds from a stir to the reads after the first one. WireGuard takes a packet a moment after it was told to us; and
 * who goes back to a source that is still remembered is not told at all, so a last look comes when it would be.
 */
const afterwards = [50, 1 * SECOND, rememberedFor + 1 * SECOND];
const lastLook = afterwards.at(-1)!;

/** Reads take at most this part of a core, however many homes there are. */
const share = 1 / 20;

const nothing: Seen = new Map();

interface Wanted {
	promise: Promise<Seen | undefined>;
	resolve(seen: Seen | undefined): void;
}

/** Keeps what WireGuard shows, as fresh as is needed. */
export function createEndpoints(options: {
	/** Asks WireGuard. */
	read(): Promise<Seen>;
	/** A read has ended, and everybody who waited for it was told. */
	onRead(seen: Seen): void;
	/** Milliseconds, steadily growing. */
	now?: () => number;
	work?: MeasureWork;
}): Endpoints {
	const now = options.now ?? (() => performance.now());
	const work = options.work ?? workMeter(now);
	let known = nothing;
	let wanted: Wanted | undefined;
	let reading = false;
	let stopped = false;
	const rest = createRest(share, now);
	let resting: NodeJS.Timeout | undefined;
	let safety: NodeJS.Timeout | undefined;
	/** When the last stir was, by the delay of a read that waits for its time. */
	const stirred = new Map<number, number>();
	const timers = new Set<NodeJS.Timeout>();

	function fresh(): Promise<Seen | undefined> {
		wanted ??= newWanted();
		const { promise } = wanted;
		next();
		return promise;
	}

	function next(): void {
		if (reading || resting || !wanted || stopped) return;
		const left = rest.left();
		if (left > 0) {
			resting = setTimeout(() => {
				resting = undefined;
				next();
			}, left).unref();
			return;
		}
		const { resolve, promise } = wanted;
		wanted = undefined;
		reading = true;
		void once().then((seen) => {
			reading = false;
			resolve(seen);
			void promise.then(() => {
				if (seen && !stopped) options.onRead(seen);
				next();
			});
		});
	}

	async function once(): Promise<Seen | undefined> {
		const taken = work();
		const seen = await options.read().catch(() => undefined);
		rest.took(taken());
		// Who moves may go on moving, between sources that are still remembered.
		if (seen && known !== nothing && isAnother(seen)) later(lastLook);
		known = seen ?? nothing;
		return seen;
	}

	function isAnother(seen: Seen): boolean {
		for (const [key, endpoint] of seen) if (known.get(key) !== endpoint) return true;
		return false;
	}

	/** One read waits for each delay; stirs meanwhile make for one more, as long after the last of them. */
	function later(delay: number): void {
		const time = now();
		if (!stirred.has(delay)) wait(delay, time, delay);
		stirred.set(delay, time);
	}

	function wait(delay: number, since: number, milliseconds: number): void {
		const timer = setTimeout(() => {
			timers.delete(timer);
			void fresh();
			const last = stirred.get(delay) ?? since;
			if (last > since) wait(delay, last, Math.max(1, last + delay - now()));
			else stirred.delete(delay);
		}, milliseconds).unref();
		timers.add(timer);
	}

	return {
		known: () => known,
		fresh,
		stir() {
			if (stopped) return;
			void fresh();
			for (const delay of afterwards) later(delay);
		},
		start() {
			safety = setInterval(() => void fresh(), safetyEvery).unref();
		},
		stop() {
			stopped = true;
			clearInterval(safety);
			clearTimeout(resting);
			for (const timer of timers) clearTimeout(timer);
		},
	};
}

function newWanted(): Wanted {
	let resolve: Wanted["resolve"] = () => {};
	const promise = new Promise<Seen | undefined>((done) => {
		resolve = done;
	});
	return { promise, resolve };
}

/** True for the same endpoint, or none on either side. */
export function isSame(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
	return a === b || (a !== undefined && b !== undefined && endpointText(a) === endpointText(b));
}
