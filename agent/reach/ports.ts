import { isIP } from "node:net";

/** Client ports that are asked about when the configuration names none. */
const usual: readonly number[] = [465, 587, 993];

/** The usual ports that something listens on beyond loopback, from `ss -H -l -n -t` (ss(8)): the fourth column. */
export function listeningPorts(output: string): number[] {
	const heard = new Set(
		output.split("\n").flatMap((line) => {
			const [, host = "", port] = /^(.*):(\d+)$/.exec(line.trim().split(/\s+/)[3] ?? "") ?? [];
			const plain = host.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
			const loopback = plain === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
			return port === undefined || loopback ? [] : [Number(port)];
		}),
	);
	return usual.filter((port) => heard.has(port));
}
