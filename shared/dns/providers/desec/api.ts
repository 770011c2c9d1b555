import { z } from "zod";
import { say } from "../../../words/say.ts";
import type { TokenPolicy } from "../../provider.ts";
import { type RRset, type RRsetChange, rrsetSchema } from "../../rrset.ts";
import { DEFAULT_TIMEOUT, type DesecAccess } from "./access.ts";
import { nextCursor, readAnswer } from "./answer.ts";
import type { RateClass } from "./budget.ts";
import { spend } from "./budgeted.ts";
import { DesecError } from "./error.ts";
import { exchange } from "./exchange.ts";
import { refusalOf } from "./refusal.ts";

export interface DesecApiOptions extends DesecAccess {
	/** `https://desec.io/api/v1`. */
	baseUrl: string;
}

export interface DesecZone {
	name: string;
	/** Seconds; dynDNS is not bound by it. */
	minimumTtl: number;
	/** deSEC has published its last change: it commits a change first, and publishing may fail. */
	inForce: boolean;
	/** DS records to set at the registrar; only where one zone was asked for. */
	ds: string[];
}

/** deSEC's REST interface, as far as it is needed. Every call throws DesecError, or the signal's reason. */
export interface DesecApi {
	/** The zone in the account that holds the name; `not-found` when there is none. */
	zoneOf(name: string, signal?: AbortSignal): Promise<DesecZone>;
	zone(domain: string, signal?: AbortSignal): Promise<DesecZone>;
	/** RRsets of a zone, all pages; `subname` is empty at the apex. */
	rrsets(
		domain: string,
		filter?: { subname?: string; type?: string },
		signal?: AbortSignal,
	): Promise<RRset[]>;
	/**
	 * Makes all changes or none, in one request (in several, each whole, where one would be too large). Resolves to the RRsets that were written, as deSEC keeps them, when
	 * deSEC's own (hidden) primary serves them; its public servers follow.
	 */
	patch(domain: string, changes: readonly RRsetChange[], signal?: AbortSignal): Promise<RRset[]>;
	/** The policies of a token, which may be its own. */
	policies(tokenId: string, signal?: AbortSignal): Promise<TokenPolicy[]>;
	/** Makes all these RRsets or none: `conflict` when one of them is there. In one request, or not at all. */
	create(domain: string, rrsets: readonly RRsetChange[], signal?: AbortSignal): Promise<RRset[]>;
}

/** Pages that are read at most, of 500 RRsets each. */
const MAXIMUM_PAGES = 20;

/** A page of a whole zone may hold RRsets of 64 kB. */
const wholeZoneBytes = 16 * 1024 * 1024;

/** The front refuses bodies of over 1 MB. */
const mostBytes = 900_000;

/** Milliseconds more for a large bulk: 500 items took deSEC 3.3 s, 6,000 took 29 s. */
const timeForAll = (items: number): number => Math.max(0, items - 500) * 10;

const zoneSchema = z.object({
	name: z.string().min(1).max(255),
	minimum_ttl: z.number().int().nonnegative(),
	published: z.string().nullable(),
	touched: z.string().optional(),
	keys: z.array(z.object({ ds: z.array(z.string()) })).optional(),
});

const policySchema = z.object({
	domain: z.string().nullable(),
	subname: z.string().nullable(),
	type: z.string().nullable(),
	perm_write: z.boolean(),
});

/** Makes the client; nothing is sent before a call. */
export function createDesecApi(options: DesecApiOptions): DesecApi {
	const base = options.baseUrl.replace(/\/+$/, "");

	interface Call {
		wanted: string;
		kind: RateClass;
		domain: string;
		path: string;
		query?: Record<string, string>;
		items?: readonly RRsetChange[];
		onlyNew?: boolean;
		limit?: number;
		signal?: AbortSignal | undefined;
	}

	async function call<T>(
		schema: z.ZodType<T>,
		{ wanted, kind, domain, path, query, items, onlyNew, limit, signal }: Call,
	) {
		const url = new URL(`${base}/${path}`);
		for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
		const reply = await spend(options.budget, kind, domain, signal, async () => {
			const answer = await exchange({
				wanted,
				method: items ? (onlyNew ? "POST" : "PATCH") : "GET",
				url,
				token: options.token,
				...(items ? { body: JSON.stringify(items) } : {}),
				limit,
				timeout: (options.timeout ?? DEFAULT_TIMEOUT) + timeForAll(items?.length ?? 0),
				userAgent: options.userAgent,
				signal,
				dispatcher: options.dispatcher,
			});
			if (answer.status !== (onlyNew ? 201 : 200)) throw refusalOf(answer, wanted, items);
			return answer;
		});
		return { value: readAnswer(schema, reply, wanted), reply };
	}

	return {
		async zoneOf(name, signal) {
			const wanted = say`find the zone of ${name}`;
			const query = { owns_qname: name };
			const { value } = await call(z.array(zoneSchema), {
				wanted,
				kind: "read",
				domain: name,
				path: "domains/",
				query,
				signal,
			});
			const zone = value[0];
			if (zone && `.${name.toLowerCase()}`.endsWith(`.${zone.name}`)) return describe(zone);
			throw new DesecError(
				"not-found",
				`deSEC: wanted to ${wanted}, but no domain of the token's account holds it`,
				{
					remedy: "add the domain at desec.io, or see that the token belongs to the right account",
				},
			);
		},

		async zone(domain, signal) {
			const path = `domains/${encodeURIComponent(domain)}/`;
			const wanted = say`read the domain ${domain}`;
			return describe((await call(zoneSchema, { wanted, kind: "read", domain, path, signal })).value);
		},

		async rrsets(domain, filter = {}, signal) {
			const path = `domains/${encodeURIComponent(domain)}/rrsets/`;
			const wanted = say`read the RRsets of ${domain}`;
			const found: RRset[] = [];
			// An empty cursor is the first page; without one, a zone of more than a page is refused.
			let cursor: string | undefined = "";
			for (let page = 0; cursor !== undefined; page++) {
				if (page === MAXIMUM_PAGES) {
					throw new DesecError(
						"malformed",
						`deSEC: wanted to ${wanted}, but there are more than ${MAXIMUM_PAGES} pages`,
					);
				}
				const query: Record<string, string> = { ...filter, cursor };
				const { value, reply } = await call(z.array(rrsetSchema), {
					wanted,
					kind: "read",
					domain,
					path,
					query,
					signal,
					...(filter.subname === undefined && filter.type === undefined ? { limit: wholeZoneBytes } : {}),
				});
				found.push(...value);
				cursor = nextCursor(reply);
			}
			return found;
		},

		async patch(domain, all, signal) {
			const written: RRset[] = [];
			for (const changes of inPieces(all)) written.push(...(await write(domain, changes, false, signal)));
			return written;
		},

		async policies(tokenId, signal) {
			const path = `auth/tokens/${encodeURIComponent(tokenId)}/policies/rrsets/`;
			const wanted = "read the token's policies";
			const { value } = await call(z.array(policySchema), { wanted, kind: "read", domain: "", path, signal });
			return value.map(({ domain, subname, type, perm_write: write }) => ({ domain, subname, type, write }));
		},

		create: (domain, rrsets, signal) => write(domain, rrsets, true, signal),
	};

	async function write(
		domain: string,
		changes: readonly RRsetChange[],
		onlyNew: boolean,
		signal: AbortSignal | undefined,
	): Promise<RRset[]> {
		const path = `domains/${encodeURIComponent(domain)}/rrsets/`;
		const which = changes.map(({ subname, type }) => `${subname || "@"} ${type}`).join(", ");
		const wanted = say`change ${which} of ${domain}`;
		const call_ = { wanted, kind: "write" as const, domain, path, items: changes, onlyNew, signal };
		return (await call(z.array(rrsetSchema), call_)).value;
	}
}

/** The changes in pieces whose bodies the front takes; nearly always one. */
export function inPieces(changes: readonly RRsetChange[]): RRsetChange[][] {
	const pieces: RRsetChange[][] = [];
	let room = 0;
	for (const change of changes) {
		const size = Buffer.byteLength(JSON.stringify(change)) + 1;
		if (size > room) {
			pieces.push([]);
			room = mostBytes;
		}
		pieces.at(-1)!.push(change);
		room -= size;
	}
	return pieces;
}

function describe(zone: z.infer<typeof zoneSchema>): DesecZone {
	const ds = (zone.keys ?? []).flatMap((key) => key.ds);
	const [touched, published] = [zone.touched, zone.published].map((time) => Date.parse(time ?? ""));
	// What is not told proves nothing.
	const inForce = !(touched! > published!);
	return { name: zone.name, minimumTtl: zone.minimum_ttl, inForce, ds };
}
