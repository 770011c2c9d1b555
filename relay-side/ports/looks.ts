import { connect } from "node:tls";
import type { Address } from "../../shared/address.ts";
import { kindOfPort } from "../../shared/client-ports.ts";
import type { Health } from "../../shared/health.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import type { Served } from "./claims.ts";
import * as conditions from "./conditions.ts";

/** Between two looks at a home; those that something was wrong with are looked at sooner. */
const lookEvery = 10 * MINUTE;
const lookAgain = 2 * MINUTE;

/** Homes that are looked at in one go. */
const mostAtOnce = 5;

/** For all names of one home: its own name servers may be slow, and other homes are waiting. */
const namesWithin = 10 * SECOND;

/** For the connection and the handshake together: more than HAProxy gives a home. */
const patience = 6 * SECOND;

export interface LooksOptions {
	served(): readonly Served[];
	/** Homes that are here; of the others it is known that they do not answer. */
	isHere(home: string): boolean;
	/** The names of a home whose records shall be the relay's addresses. */
	relayed(home: string): readonly string[];
	/** The relay's addresses for this home's clients; undefined while they are not known. */
	addressesFor(one: Served): ReadonlySet<Address> | undefined;
	/** Whether a TLS handshake comes about under this name, through HAProxy. */
	answers(name: string, port: number): Promise<boolean>;
	/** The addresses that DNS has for a name; throws when that is not known. */
	resolve(name: string): Promise<readonly Address[]>;
	health: Health;
	/** Milliseconds, steady. */
	now?: () => number;
}

/**
 * Looks at homes as their clients do, now and then: by each home's first name, through HAProxy, on the ports that begin with
 * TLS; and whether DNS leads its names here. A few homes at a time, the longest not looked at first.
 */
export function createLooks(options: LooksOptions): { look(): Promise<void>; forget(home: string): void } {
	const { health, now = () => performance.now() } = options;
	const due = new Map<string, number>();
	/** Homes that changed while they were looked at. */
	const changed = new Set<string>();
	let busy = false;

	async function lookAt(one: Served): Promise<boolean> {
		const silent = await silentPorts(one);
		const elsewhere = await nameElsewhere(one);
		const names = one.names[0] ?? "";
		health.put(
			conditions.notAnswered,
			one.home,
			silent.length > 0 ? { names, ports: silent.join(", ") } : undefined,
		);
		health.put(conditions.nameElsewhere, one.home, elsewhere);
		return silent.length === 0 && !elsewhere;
	}

	async function silentPorts({ home, names, ports }: Served): Promise<number[]> {
		const [name] = names;
		if (name === undefined) return [];
		const silent: number[] = [];
		for (const port of ports.filter((port) => kindOfPort(port) === "tls"))
			if (!(await options.answers(name, port))) silent.push(port);
		// It may have gone meanwhile.
		return options.isHere(home) ? silent : [];
	}

	async function nameElsewhere(one: Served): Promise<{ name: string; found: string } | undefined> {
		const ours = options.addressesFor(one);
		if (!ours) return undefined;
		const end = now() + namesWithin;
		for (const name of options.relayed(one.home).filter((name) => one.names.includes(name))) {
			if (now() > end) return undefined;
			const found = await options.resolve(name).catch(() => undefined);
			const other = found?.find((address) => !ours.has(address));
			if (other) return { name, found: other };
			if (found?.length === 0) return { name, found: "no address" };
		}
		return undefined;
	}

	return {
		async look() {
			if (busy) return;
			busy = true;
			try {
				const served = options.served();
				const ids = new Set(served.map(({ home }) => home));
				for (const id of due.keys()) if (!ids.has(id)) due.delete(id);
				for (const kind of [conditions.notAnswered, conditions.nameElsewhere] as const)
					for (const id of health.subjects<never>(kind)) if (!ids.has(id)) health.clear<never>(kind, id);
				const waiting = served
					.filter(({ home }) => options.isHere(home) && (due.get(home) ?? 0) <= now())
					.sort((a, b) => (due.get(a.home) ?? 0) - (due.get(b.home) ?? 0));
				for (const one of waiting.slice(0, mostAtOnce)) {
					changed.delete(one.home);
					const well = await lookAt(one);
					if (!changed.has(one.home)) due.set(one.home, now() + (well ? lookEvery : lookAgain));
				}
			} finally {
				changed.clear();
				busy = false;
			}
		},
		forget(home) {
			due.delete(home);
			if (busy) changed.add(home);
		},
	};
}

/** Whether whom this name stands for answers with TLS at a port of this machine. Whose certificate it is does not matter. */
export function answersAt(address: Address, name: string, port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port, servername: name, rejectUnauthorized: false });
		const end = (answers: boolean) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(answers);
		};
		const timer = setTimeout(() => end(false), patience);
		socket.once("secureConnect", () => end(true));
		socket.on("error", () => end(false));
		socket.once("close", () => end(false));
	});
}
