import { Agent, request } from "undici";
import { type Address, familyOf } from "../../shared/address.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";

/** The relay's check-in port, and how it knows that it is us. */
export interface RelayPort {
	/** The relay's tunnel address, and our own. */
	relay: Address;
	from: Address;
	port: number;
	bearer: string;
}

export interface RelayAnswer {
	status: number;
	text: string;
}

/** POSTs JSON to the relay through the tunnel. Throws a HeimwegError when no answer came in time (milliseconds). */
export async function askRelay(
	{ relay, from, port, bearer }: RelayPort,
	path: string,
	body: unknown,
	options: { signal: AbortSignal; patience: number; limit: number },
): Promise<RelayAnswer> {
	const host = familyOf(relay) === 6 ? `[${relay}]` : relay;
	const { patience } = options;
	const dispatcher = new Agent({
		connect: { timeout: Math.min(patience, 5_000), localAddress: from },
		maxResponseSize: options.limit,
		pipelining: 0,
	});
	try {
		const { statusCode, body: answer } = await request(`http://${host}:${port}${path}`, {
			method: "POST",
			dispatcher,
			signal: AbortSignal.any([options.signal, AbortSignal.timeout(patience)]),
			headersTimeout: patience,
			headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
			body: JSON.stringify(body),
		});
		return { status: statusCode, text: await answer.text() };
	} catch (error) {
		throw noAnswer(relay, port, reasonOf(error, patience));
	} finally {
		await dispatcher.destroy();
	}
}

/** What the relay answered, by `schema`; throws a HeimwegError when it is something else. */
export function readAnswer<T>(
	{ relay, port }: RelayPort,
	text: string,
	schema: { parse(value: unknown): T },
): T {
	try {
		return schema.parse(JSON.parse(text));
	} catch (error) {
		throw noAnswer(relay, port, reasonOf(error, 0));
	}
}

function noAnswer(relay: Address, port: number, reason: string): HeimwegError {
	const host = familyOf(relay) === 6 ? `[${relay}]` : relay;
	return new HeimwegError(
		`the relay's check-in port ${host}:${port} did not answer as it should (${reason})`,
		{
			remedy:
				'look on the relay whether "heimweg-relay status" is well, and compare checkin.port with relays.checkin_port here',
		},
	);
}

function reasonOf(error: unknown, patience: number): string {
	if (error instanceof SyntaxError) return "the answer is not JSON";
	if ((error as Error).name === "ZodError") return "the answer does not have the agreed form";
	if ((error as Error).name === "TimeoutError") return `no answer within ${patience / 1000} s`;
	return codeOf(error) ?? messageOf(error);
}

/** Why the relay said no. */
export function refusalOf(status: number, text = ""): HeimwegError {
	const causes: Record<number, [string, string]> = {
		401: [
			"does not accept our bearer, which follows from the two WireGuard keys",
			"compare relays.public_key here with the relay's key, and the home's public_key on the relay with ours",
		],
		403: [
			"does not know our tunnel address",
			"compare tunnel.addresses here with the home's file in homes.d on the relay",
		],
		429: ["says that we check in too often", "look for a second agent with the same keys"],
	};
	const [what, remedy] = causes[status] ?? [
		`answered ${status}${text ? ` (${text})` : ""}`,
		'look on the relay at "journalctl -u heimweg-relay"',
	];
	return new HeimwegError(`the relay ${what}`, { remedy, ...(status === 429 ? { retryAfter: 60_000 } : {}) });
}
