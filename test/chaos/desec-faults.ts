import type { Fault as Misbehaviour } from "../desec/faults.ts";
import { domain } from "../lab/scene.ts";
import type { Fault } from "./fault.ts";

const misbehaves = (what: string, fault: Misbehaviour): Fault => ({
	name: `deSEC: ${what}`,
	takes: ["desec"],
	lasts: [3, 20],
	begin: ({ lab }) => lab.internet.desec.control("POST", "/faults", fault),
	end: ({ lab }) => lab.internet.desec.control("DELETE", "/faults"),
});

const answers = (code: number): Fault => misbehaves(String(code), { kind: "status", code });

const meddling = (what: string, records: string[]): Fault => ({
	name: `deSEC: record ${what} by someone else`,
	takes: ["desec"],
	begin: ({ lab }) =>
		lab.internet.desec.control("POST", "/rrsets", { domain, subname: "mail", type: "A", ttl: 60, records }),
});

/** What goes wrong at deSEC. Mail does not need it; the home's own name does. */
export const desecFaults: readonly Fault[] = [
	...[401, 403, 404, 409, 429, 500].map(answers),
	misbehaves("429 with Retry-After", { kind: "status", code: 429, retryAfter: 5 }),
	misbehaves("503, maintenance", { kind: "maintenance" }),
	misbehaves("connection refused", { kind: "refused" }),
	misbehaves("no TLS", { kind: "tls" }),
	misbehaves("silence", { kind: "silence" }),
	misbehaves("half an answer", { kind: "half" }),
	misbehaves("a web page", { kind: "html" }),
	meddling("changed", ["192.0.2.1"]),
	meddling("deleted", []),
	{
		name: "deSEC: token revoked, then valid again",
		takes: ["desec"],
		lasts: [5, 20],
		begin: ({ lab: { internet } }) =>
			internet.desec.control("DELETE", "/tokens", { secret: internet.desec.token }),
		end: ({ lab: { internet } }) =>
			internet.desec.control("POST", "/tokens", { secret: internet.desec.token }),
	},
];
