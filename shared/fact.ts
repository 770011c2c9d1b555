/**
 * What parts know of each other. A fact has one owner, who alone writes it; anybody may read it and be told of it. The
 * last value is there at once, and equal values tell nobody. Listeners run synchronously, in the order in which they
 * subscribed, which is that of the list of parts, since parts subscribe while they are made.
 */
export interface Fact<T> {
	/** What was last written; undefined while nothing was. */
	readonly value: T | undefined;
	/** Tells what there is now, if there is something, and each value that comes. Returns the way to end that. */
	subscribe(listener: (value: T, before: T | undefined) => void): () => void;
	/** Gives the one function that writes it. A second owner is a defect, and throws. */
	own(owner: string): (value: T) => void;
}

/** The same by key: each key has an owner of its own. */
export interface FactMap<T> {
	readonly all: ReadonlyMap<string, T>;
	subscribe(listener: (key: string, value: T | undefined, before: T | undefined) => void): () => void;
	/** Gives the one function that writes this key; undefined takes the value away. */
	own(key: string, owner: string): (value: T | undefined) => void;
}

/** Makes a fact that nobody owns yet. */
export function fact<T>(name: string, equal: (a: T, b: T) => boolean = Object.is): Fact<T> {
	const told = telling<[T, T | undefined]>(name);
	let owner: string | undefined;
	let value: T | undefined;
	return {
		get value() {
			return value;
		},
		subscribe(listener) {
			const end = told.add(listener);
			if (value !== undefined) listener(value, undefined);
			return end;
		},
		own(by) {
			if (owner !== undefined) throw new Error(`the fact ${name} belongs to ${owner}, not to ${by}`);
			owner = by;
			return (fresh) => {
				told.refuseNow();
				if (value !== undefined && equal(value, fresh)) return;
				const before = value;
				value = fresh;
				told.tell(fresh, before);
			};
		},
	};
}

/** Makes facts by key that nobody owns yet. */
export function factMap<T>(name: string, equal: (a: T, b: T) => boolean = Object.is): FactMap<T> {
	const told = telling<[string, T | undefined, T | undefined]>(name);
	const owners = new Map<string, string>();
	const all = new Map<string, T>();
	return {
		all,
		subscribe(listener) {
			const end = told.add(listener);
			for (const [key, value] of all) listener(key, value, undefined);
			return end;
		},
		own(key, by) {
			const owner = owners.get(key);
			if (owner !== undefined && owner !== by)
				throw new Error(`the fact ${name} of ${key} belongs to ${owner}, not to ${by}`);
			owners.set(key, by);
			return (fresh) => {
				told.refuseNow();
				const before = all.get(key);
				if (before === fresh || (before !== undefined && fresh !== undefined && equal(before, fresh))) return;
				if (fresh === undefined) all.delete(key);
				else all.set(key, fresh);
				told.tell(key, fresh, before);
			};
		},
	};
}

/** Listeners in their order. Nobody writes while they are told, or some would hear of the new value first. */
function telling<Arguments extends unknown[]>(name: string) {
	const listeners = new Set<(...args: Arguments) => void>();
	let busy = false;
	return {
		add(listener: (...args: Arguments) => void): () => void {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		refuseNow(): void {
			if (busy) throw new Error(`the fact ${name} is written while it is being told`);
		},
		tell(...args: Arguments): void {
			const failures: unknown[] = [];
			busy = true;
			for (const listener of listeners) {
				try {
					listener(...args);
				} catch (error) {
					failures.push(error);
				}
			}
			busy = false;
			// A defect of one must not keep the others from being told.
			if (failures.length > 0) throw failures[0];
		},
	};
}
