import type { Address, Cidr } from "../../shared/address.ts";
import { clientOf } from "../../shared/banned-client.ts";
import { processesOf, sessionsIn, shutDown } from "../../shared/haproxy/sessions.ts";

export interface CutOptions {
	/** HAProxy's sockets. */
	place: { socket: string; master: string };
	/** Clients whose connections are looked at; undefined: all. */
	clients?: ReadonlySet<Cidr> | undefined;
	/** Whose a tunnel address is. */
	homeAt(address: Address): string | undefined;
	isBanned(home: string, client: Cidr): boolean;
	signal?: AbortSignal;
}

/**
 * Ends the open connections of clients to the homes that have banned them, and no others: HAProxy looks bans up when a
 * connection begins. Gives how many it has ended.
 */
export async function cutBanned({ place, clients, homeAt, isBanned, signal }: CutOptions): Promise<number> {
	let ended = 0;
	for (const ask of await processesOf(place, signal)) {
		const sessions = await sessionsIn(ask);
		const some = clients ? sessions.filter(({ client }) => clients.has(clientOf(client))) : sessions;
		ended += await shutDown(ask, some, ({ client }, server) => {
			const home = homeAt(server);
			return home !== undefined && isBanned(home, clientOf(client));
		});
	}
	return ended;
}
