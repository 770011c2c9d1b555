import { HeimwegError } from "../../../errors.ts";
import type { SavedState } from "../../../saved-state.ts";
import type { Provider, ProviderEvents } from "../../provider.ts";
import { createDesecApi, inPieces } from "./api.ts";
import { type BudgetState, createBudget } from "./budget.ts";
import { updateThroughDynDns } from "./dyndns.ts";
import { DesecError } from "./error.ts";
import { isStale, isUncertain } from "./outcome.ts";
import { type OwnZone, ownZone } from "./own-zone.ts";
import { createRefusals } from "./refusals.ts";

export interface DesecOptions {
	/** `https://desec.io/api/v1` and `https://update.dedyn.io/`. */
	api: string;
	update: string;
	/** The token's secret, read anew for each request. */
	token: () => Promise<string>;
	/** `heimweg/VERSION`. */
	userAgent: string;
	/** The unit to restart once its owner has mended something; `heimweg` if not given. */
	unit?: string;
	/** Where the rate budget is remembered. */
	memory: SavedState<BudgetState>;
	/** Milliseconds that deSEC has for an answer. */
	timeout?: number | undefined;
	now: () => number;
	/** Milliseconds since 1970, for what a restart must not forget; Date.now by default. */
	clock?: () => number;
}

/** deSEC (https://desec.readthedocs.io): its REST interface, and dynDNS where that alone can do it. */
export async function createDesec(options: DesecOptions & ProviderEvents): Promise<Provider> {
	const { memory, now, update: updateUrl, timeout } = options;
	const access = {
		token: options.token,
		budget: createBudget({ state: await memory.read(), now: options.clock ?? Date.now }),
		userAgent: options.userAgent,
		...(timeout === undefined ? {} : { timeout }),
	};
	const api = createDesecApi({ ...access, baseUrl: options.api });
	const refusals = createRefusals(now, options.unit);
	const zones = new Map<string, OwnZone>();
	const leastTtls = new Map<string, number>();
	let remembered: string | undefined;
	/** Zones that deSEC itself says it has not published. */
	const unpublished = new Set<string>();

	function zone(name: string): OwnZone {
		const made =
			zones.get(name) ??
			ownZone({
				zone: name,
				api,
				budget: access.budget,
				update: (change) => updateThroughDynDns({ ...access, ...change, updateUrl, domain: name }),
				onWritten: (...told) => options.onWritten(name, ...told),
				onUncertain: (...told) => options.onUncertain(name, ...told),
				now,
			});
		zones.set(name, made);
		return made;
	}

	return {
		zoneOf: (name, signal) =>
			refusals.attempt(`zone of ${name}`, async () => {
				const found = await api.zoneOf(name, signal);
				leastTtls.set(found.name, found.minimumTtl);
				if (!found.inForce) unpublished.add(found.name);
				return found.name;
			}),
		zone: (name) => ({
			...zone(name),
			async sync(names, wanted, signal) {
				if (unpublished.delete(name)) zone(name).doubt();
				await refusals.attempt(name, () => zone(name).sync(names, wanted, signal));
			},
		}),
		async content(name, signal) {
			// It seldom changes, and who finds it too low is told by deSEC.
			const leastTtl = leastTtls.get(name) ?? (await api.zone(name, signal)).minimumTtl;
			leastTtls.set(name, leastTtl);
			return { leastTtl, rrsets: await api.rrsets(name, {}, signal) };
		},
		async change(name, changes, { onlyNew, signal }) {
			if (inPieces(changes).length > 1) throw tooLarge(name);
			await (onlyNew ? api.create(name, changes, signal) : api.patch(name, changes, signal));
		},
		policies: (tokenId, signal) => api.policies(tokenId, signal),
		mayHaveWorked: isUncertain,
		isRace: isStale,
		isElsewhere: (error) =>
			[error, (error as Error | undefined)?.cause].some(
				(one) => one instanceof DesecError && one.kind === "not-found",
			),
		async remember() {
			const state = access.budget.state();
			// A run that asked nothing has nothing new to be remembered.
			if (JSON.stringify(state) === remembered) return;
			await memory.write(state);
			remembered = JSON.stringify(state);
		},
		stop: memory.stop,
	};
}

function tooLarge(zone: string): HeimwegError {
	return new HeimwegError(`the changes of ${zone} are more than deSEC takes in one request (1 MB)`, {
		remedy: "nothing was changed; make the large RRsets at desec.io by hand",
	});
}
