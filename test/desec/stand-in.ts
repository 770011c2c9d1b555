import type { IncomingMessage, ServerResponse } from "node:http";
import { createExclusion, type Service } from "./account.ts";
import { type Answer, type Asked, htmlAnswer, textAnswer } from "./answer.ts";
import { checkIpView } from "./check-ip.ts";
import { deliver } from "./deliver.ts";
import { dynDnsView } from "./dyndns.ts";
import { createFaults, type Fault, type Faults, faultyAnswer, type Traffic } from "./faults.ts";
import { type ListenAt, listen } from "./listeners.ts";
import type { Policy, Token } from "./policies.ts";
import { createPublishing } from "./publishing.ts";
import { type LoggedRequest, logEntry, readRequest, trafficOf } from "./request.ts";
import { restView } from "./rest.ts";
import { canonicalRecord } from "./rrset.ts";
import { createFront, createLeakyBucket, createThrottle, type RATES } from "./throttle.ts";
import {
	applyChanges,
	type Change,
	describeRRset,
	type Publish,
	rrsetKey,
	stamp,
	type Zone,
	type ZoneKey,
} from "./zone.ts";

export interface StandInOptions {
	/** Domains with their RRsets; `minimumTtl` is 3600 unless said. */
	domains: readonly {
		name: string;
		minimumTtl?: number;
		account?: string;
		rrsets?: readonly Change[];
		keys?: ZoneKey[];
	}[];
	tokens: readonly {
		secret: string;
		id?: string;
		policies?: readonly Policy[];
		account?: string;
		expired?: boolean;
	}[];
	/** Milliseconds since 1970. */
	clock?: () => number;
	/** 127.0.0.1 and a free port by default. */
	listen?: readonly ListenAt[];
	/** HTTPS instead of HTTP. */
	tls?: { cert: string | Buffer; key: string | Buffer };
	/** Makes changes visible in the DNS; nothing by default. */
	publish?: Publish;
	rates?: typeof RATES;
	/** Limits dynDNS as the real web server does: none within 33 ms of another request from the same address. */
	front?: boolean;
	pageSize?: number;
}

export interface StandIn {
	/** Base of the REST interface, `http://127.0.0.1:12345/api/v1`. */
	url: string;
	updateUrl: string;
	checkIpUrl: string;
	faults: Faults;
	requests: LoggedRequest[];
	/** The RRsets of a domain as the interface shows them. */
	rrsets(domain: string): ReturnType<typeof describeRRset>[];
	/** The RRsets of a domain as its name servers answer them. */
	public(domain: string): ReturnType<typeof describeRRset>[];
	/** The name servers of a domain stay behind, although it is published, or follow again. */
	late(domain: string, late: boolean): void;
	/** Milliseconds after which the public name servers follow a change; 0, as at the start: before it is answered. */
	latency(ms: number): void;
	/** Somebody else changes an RRset (no records: deletes it), past every rule and limit. */
	edit(domain: string, change: Change): Promise<void>;
	addToken(token: StandInOptions["tokens"][number]): void;
	revokeToken(secret: string): void;
	/** deSEC locks an account, or opens it again. */
	lock(account: string, locked: boolean): void;
	/** Forgets every past request in the limits. */
	resetThrottle(): void;
	zones: ReadonlyMap<string, Zone>;
	stop(): Promise<void>;
}

/** What the front takes of a body, in bytes. */
const FRONT_BODY = 1024 * 1024;

/** How many requests the log keeps. */
const LOG_LENGTH = 10_000;

/**
 * A stand-in for deSEC with the real one's rules. Which service a request means is told by its Host header
 * (`checkip*`, `update*`), else by its path (`/api/v1/...`, `/checkip`, anything else is a dynDNS update).
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
	const clock = options.clock ?? Date.now;
	const service: Service = {
		zones: new Map(options.domains.map((domain) => [domain.name, createZone(domain, clock())])),
		tokens: new Map(options.tokens.map((token) => [token.secret, completeToken(token)])),
		locked: new Set(),
		throttle: createThrottle(clock, options.rates),
		clock,
		publish: (zone, changes) => publishing.publish(zone, changes),
		pageSize: options.pageSize ?? 500,
		exclusively: createExclusion(),
	};
	const tooClose = createFront(clock);
	const mayAskAddress = createLeakyBucket(clock);
	const requests: LoggedRequest[] = [];
	/** What the name servers of a domain answer while they are late. */
	const behind = new Map<string, Zone["public"]>();
	const stopping = new AbortController();
	const publishing = createPublishing(
		options.publish,
		() => faults.has("unpublished"),
		(ms) => pause(ms, stopping.signal),
	);
	const faults = createFaults(async () => {
		await (faults.has("refused") ? listeners.close() : listeners.open());
	});

	async function answer(traffic: Traffic, asked: Asked): Promise<Answer> {
		if (options.front && tooClose(asked.from, traffic)) return htmlAnswer(429, "429 Too Many Requests");
		if (asked.body.length > FRONT_BODY) return htmlAnswer(413, "413 Request Entity Too Large");
		if (traffic === "check-ip") return checkIpView(asked, mayAskAddress);
		if (traffic === "dyndns") return dynDnsView(service, asked);
		return restView(service, asked, asked.path.slice("/api/v1/".length));
	}

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const asked = await readRequest(request, options.tls ? "https" : "http");
		const traffic = trafficOf(asked);
		const hits = faults.hit(traffic);
		const entry = logEntry(asked, traffic, request.socket.remotePort ?? 0, clock());
		entry.faults = hits.map((fault) => fault.kind);
		requests.push(entry);
		if (requests.length > LOG_LENGTH) requests.shift();
		for (const fault of hits) if (fault.kind === "slow") await pause(fault.ms, stopping.signal);
		const fault = hits.find((hit) => hit.kind !== "slow");
		const instead = fault && faultyAnswer(fault, traffic);
		const right =
			instead && !fault.applied ? instead : await answerUnless(fault, () => answer(traffic, asked));
		const given = instead ?? right;
		entry.status = given.status;
		entry.took = clock() - entry.at;
		await deliver(response, given, fault);
	}

	const listeners = await listen(
		(request, response) => {
			handle(request, response).catch(() => {
				if (response.headersSent) response.destroy();
				else {
					response.writeHead(500, { "content-type": "application/json" });
					response.end(JSON.stringify({ detail: "Internal Server Error. We're on it!" }));
				}
			});
		},
		options.listen ?? [{ host: "127.0.0.1", port: 0 }],
		options.tls,
		() => faults.has("tls"),
	);
	const { host, port } = listeners.addresses[0]!;
	const base = `${options.tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;

	return {
		url: `${base}/api/v1`,
		updateUrl: `${base}/update`,
		checkIpUrl: `${base}/checkip`,
		faults,
		requests,
		zones: service.zones,
		rrsets: (domain) => {
			const zone = service.zones.get(domain)!;
			return [...zone.rrsets.values()].map((rrset) => describeRRset(zone, rrset));
		},
		public: (domain) => {
			const zone = service.zones.get(domain)!;
			return [...(behind.get(domain) ?? zone.public).values()].map((rrset) => describeRRset(zone, rrset));
		},
		latency: publishing.latency,
		late: (domain, late) =>
			void (late ? behind.set(domain, service.zones.get(domain)!.public) : behind.delete(domain)),
		edit: (domain, change) => {
			const zone = service.zones.get(domain)!;
			const records = change.records.map((record) => canonicalRecord(change.type, record));
			return service.exclusively(domain, () =>
				applyChanges(zone, [{ ...change, records }], service.publish, clock()),
			);
		},
		addToken: (token) => void service.tokens.set(token.secret, completeToken(token)),
		revokeToken: (secret) => void service.tokens.delete(secret),
		lock: (account, locked) => void (locked ? service.locked.add(account) : service.locked.delete(account)),
		resetThrottle: service.throttle.reset,
		async stop() {
			stopping.abort();
			await listeners.close();
		},
	};
}

/** The right answer has no say, and no effect, when the fault is that the request never gets that far. */
async function answerUnless(fault: Fault | undefined, right: () => Promise<Answer>): Promise<Answer> {
	const neverReached = fault && !fault.applied && ["huge", "endless", "silence"].includes(fault.kind);
	return neverReached ? textAnswer(200, "", { "content-type": "application/json" }) : right();
}

function createZone(domain: StandInOptions["domains"][number], now: number): Zone {
	const time = stamp(now);
	const rrsets = (domain.rrsets ?? []).map((rrset) => ({
		...rrset,
		records: rrset.records.map((record) => canonicalRecord(rrset.type, record)),
		created: time,
		touched: time,
	}));
	const kept = new Map(rrsets.map((rrset) => [rrsetKey(rrset.subname, rrset.type), rrset]));
	return {
		name: domain.name,
		account: domain.account ?? "owner",
		minimumTtl: domain.minimumTtl ?? 3600,
		created: time,
		published: time,
		touched: time,
		keys: domain.keys ?? [],
		rrsets: kept,
		public: new Map(kept),
		unpublished: [],
	};
}

function completeToken({
	secret,
	id = `id-of-${secret.slice(0, 4)}`,
	policies = [],
	account = "owner",
	expired = false,
}: StandInOptions["tokens"][number]): Token {
	// As the real one refuses it (400).
	const [first] = policies;
	if (first && (first.domain !== null || first.subname !== null || first.type !== null))
		throw new Error("a token's first policy must be the default one: domain, subname and type null");
	return { secret, id, policies, account, expired };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((done) => {
		const timer = setTimeout(done, ms);
		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			done();
		});
	});
}
