import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { Fault } from "./faults.ts";
import type { StandIn } from "./stand-in.ts";
import { ownerName } from "./zone.ts";

type Body = Record<string, unknown> | undefined;

/** Serves the switches of a stand-in on a unix socket that only its owner may use. The paths are in main.ts. */
export async function serveControl(standIn: StandIn, path: string): Promise<{ stop(): Promise<void> }> {
	const routes: Record<string, (body: Body) => unknown> = {
		"GET /state": () => stateOf(standIn),
		"GET /requests": () => standIn.requests,
		"DELETE /requests": () => {
			standIn.requests.length = 0;
		},
		"POST /faults": (body) => {
			const faults = (Array.isArray(body) ? body : [body]) as Fault[];
			return standIn.faults.set(...faults.filter((fault) => fault?.kind));
		},
		"DELETE /faults": () => standIn.faults.clear(),
		"POST /rrsets": async (body) => {
			const { domain, ...change } = body as unknown as { domain: string } & Parameters<StandIn["edit"]>[1];
			if (!standIn.zones.has(domain)) throw new Error(`no such domain: ${domain}`);
			await standIn.edit(domain, change);
		},
		"POST /tokens": (body) => standIn.addToken(body as unknown as Parameters<StandIn["addToken"]>[0]),
		"DELETE /tokens": (body) => standIn.revokeToken(String(body?.secret)),
		"POST /latency": (body) => standIn.latency(Number(body?.ms)),
		"DELETE /throttle": () => standIn.resetThrottle(),
	};

	const server = createServer(async (request, response) => {
		const reply = (status: number, value: unknown) => {
			response.writeHead(status, { "content-type": "application/json" });
			response.end(`${JSON.stringify(value ?? { ok: true })}\n`);
		};
		try {
			const route = routes[`${request.method} ${request.url}`];
			if (route) reply(200, await route(await readBody(request)));
			else reply(404, { error: `no such switch; there are: ${Object.keys(routes).join(", ")}` });
		} catch (error) {
			reply(400, { error: (error as Error).message });
		}
	});
	await rm(path, { force: true });
	await new Promise<void>((done, failed) => {
		server.once("error", failed);
		server.listen(path, done);
	});
	await chmod(path, 0o600);
	return {
		async stop() {
			server.closeAllConnections();
			await new Promise((done) => server.close(done));
		},
	};
}

function stateOf(standIn: StandIn) {
	return {
		url: standIn.url,
		faults: standIn.faults.list(),
		domains: [...standIn.zones.values()].map(({ rrsets, public: _, unpublished: __, ...zone }) => ({
			...zone,
			rrsets: [...rrsets.values()].map((rrset) => ({
				...rrset,
				name: ownerName(zone, rrset.subname),
			})),
		})),
	};
}

async function readBody(request: IncomingMessage): Promise<Body> {
	const chunks: Buffer[] = [];
	for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	return text ? (JSON.parse(text) as Body) : undefined;
}
