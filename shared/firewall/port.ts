import { shellWord } from "../shell-word.ts";

/** A port that must be reachable: from everywhere, or through one interface alone. */
export interface OpenPort {
	protocol: "tcp" | "udp";
	port: number;
	on?: string | undefined;
	/** From this machine to others, where what goes out is filtered too. */
	out?: boolean;
}

/** What filters what comes in or goes out, and what opens ports in it. */
export interface Firewall {
	/** As people know it. */
	name: string;
	/** The command lines that open the ports that are not open yet; each may be run again. */
	opens: ReadonlyArray<readonly string[]>;
	/** True when they hold for the moment, and a line in this file makes them last. */
	lasts?: { file: string; lines: readonly string[] };
}

/** A port as firewalls write it. */
export function portText({ protocol, port }: OpenPort): string {
	return `${port}/${protocol}`;
}

/** A command line as it may be pasted into a shell. */
export function shellText(argv: readonly string[]): string {
	return argv.map(shellWord).join(" ");
}
