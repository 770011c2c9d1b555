import { readFile } from "node:fs/promises";
import { type Address, familyOf } from "./address.ts";
import type { RunCommand } from "./command.ts";
import { type Failure, failureOf } from "./conditions.ts";
import { HeimwegError } from "./errors.ts";
import type { ConditionKind, Health } from "./health.ts";
import { say } from "./words/say.ts";

export interface Port {
	protocol: "udp" | "tcp";
	address: Address;
	port: number;
}

/** A port as a sentence begins with it. */
export function portName({ protocol, address, port }: Port): string {
	return protocol === "udp" ? say`UDP port ${port} on ${address}` : say`TCP port ${port} on ${address}`;
}

/** A port of ours that another program holds. */
export class PortTaken extends HeimwegError {
	readonly where: Port;

	constructor(where: Port, remedy: string) {
		super(`${portName(where)} is in use by another program`, { remedy });
		this.where = where;
	}
}

/** What a condition about such a port has to say. */
export interface Taken extends Port {
	/** The holder's user, as a phrase; empty when ss(8) does not show one. */
	holder: string;
}

/** The command that shows root which program it is; others see no process of another user's. */
export function holderCommand({ protocol, port }: Port): string {
	return `ss -${protocol[0]}lnpe 'sport = :${port}'`;
}

/** The user who holds a port, as ss(8) shows to anybody: it leaves out the uid of root. */
export async function portHolder(run: RunCommand, { protocol, address, port }: Port): Promise<string> {
	const sockets = await run("ss", ["-H", "-l", "-n", "-e", `-${protocol[0]}`, `sport = :${port}`]);
	const own = familyOf(address) === 6 ? `[${address}]` : address;
	const places = [`${own}:${port}`, `0.0.0.0:${port}`, `[::]:${port}`, `*:${port}`];
	const line = sockets.split("\n").find((one) => places.includes(one.split(/\s+/)[3] ?? ""));
	if (!line) return "";
	const uid = /\buid:(\d+)/.exec(line)?.[1] ?? "0";
	const accounts = await readFile("/etc/passwd", "utf8").catch(() => "");
	const name = accounts
		.split("\n")
		.find((account) => account.split(":")[2] === uid)
		?.split(":")[0];
	return name ? say`of the user "${name}"` : say`of the user with the number ${uid}`;
}

/**
 * Tells what keeps a port from being served: as `taken`, with the holder's user, when another program has it, else as
 * `failing`; with undefined that is over.
 */
export function portTrouble(options: {
	run: RunCommand;
	taken: ConditionKind<Taken>;
	failing: ConditionKind<Failure>;
	health: Health;
}): (error: HeimwegError | undefined) => void {
	const { run, taken, failing, health } = options;
	let last: HeimwegError | undefined;
	return (error) => {
		last = error;
		const held = error instanceof PortTaken ? error.where : undefined;
		health.put(failing, "", error && !held ? failureOf(error) : undefined);
		if (!held) {
			health.clear(taken);
			return;
		}
		portHolder(run, held)
			.catch(() => "")
			.then((holder) => {
				if (last === error) health.set(taken, "", { ...held, holder });
			});
	};
}
