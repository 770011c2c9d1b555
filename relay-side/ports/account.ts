import { readFileSync } from "node:fs";
import { haproxyUser } from "./held.ts";

/** The number of HAProxy's user; undefined where nobody has made it, and so nobody runs as it. */
export function haproxyUid(accounts = readAccounts()): number | undefined {
	const line = accounts.split("\n").find((one) => one.startsWith(`${haproxyUser}:`));
	const uid = Number(line?.split(":")[2]);
	return Number.isInteger(uid) && line ? uid : undefined;
}

function readAccounts(): string {
	try {
		return readFileSync("/etc/passwd", "utf8");
	} catch {
		return "";
	}
}
