import { connect } from "node:net";
import { codeOf } from "../../errors.ts";
import { SECOND } from "../../time.ts";

/** A lost SYN is sent again after one second, and after three. */
const patience = 4 * SECOND;

/** Errors of this side: they say nothing of the other. */
const ownErrors = new Set(["ENETUNREACH", "EADDRNOTAVAIL", "ENETDOWN", "EMFILE", "ENFILE"]);

/** Whether somebody takes connections there; undefined: there is no way from here. Sends nothing. Never throws. */
export function connects(address: string, port: number): Promise<boolean | undefined> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port });
		const end = (outcome: boolean | undefined) => {
			clearTimeout(timer);
			socket.destroy();
			resolve(outcome);
		};
		const timer = setTimeout(() => end(false), patience);
		socket.once("connect", () => end(true));
		socket.once("error", (error) => end(ownErrors.has(codeOf(error) ?? "") ? undefined : false));
	});
}
