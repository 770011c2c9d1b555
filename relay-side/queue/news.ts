/**
 * That mail begins, or ends, to wait for a home is news to it. Makes the function that is given the homes for which mail
 * waits now, and calls back for each home that is another way than the last time.
 */
export function waitingNews(renew: (home: string) => void): (waiting: ReadonlySet<string>) => void {
	let known: ReadonlySet<string> = new Set();
	return (waiting) => {
		for (const home of new Set([...known, ...waiting]))
			if (known.has(home) !== waiting.has(home)) renew(home);
		known = waiting;
	};
}
