import { SECOND } from "./time.ts";

/** Events of one kind that are told one by one within a window; of the rest only the number is. */
const toldSingly = 20;
const span = 10 * SECOND;

/**
 * Lets the first few of many equal events through, and tells the number of the others when the window ends: ten thousand
 * homes that fall silent at once must not cost, or hide in, ten thousand lines.
 *
 * @param rest told, at the end of a window, how many of this kind were not let through
 */
export function bursts(rest: (kind: string, count: number) => void): (kind: string) => boolean {
	const seen = new Map<string, { count: number; until: number }>();
	return (kind) => {
		const now = performance.now();
		const known = seen.get(kind);
		const window = known && now < known.until ? known : { count: 0, until: now + span };
		seen.set(kind, window);
		window.count += 1;
		if (window.count === toldSingly + 1) setTimeout(() => end(kind, window), window.until - now).unref();
		return window.count <= toldSingly;
	};

	function end(kind: string, window: { count: number }): void {
		const { count } = window;
		if (seen.get(kind) === window) seen.delete(kind);
		rest(kind, count - toldSingly);
	}
}
