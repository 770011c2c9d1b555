import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../lab/host.ts";
import type { Lab } from "../lab/lab.ts";

/** The subjects of the new mails in a user's Maildir, the oldest first. */
export async function subjectsIn(host: Host, user: string): Promise<string[]> {
	const script = 'ls -tr "$1"/* | xargs grep -hm1 "^Subject: "';
	const text = await host.run(["sh", "-c", script, "sh", `/home/${user}/Maildir/new`]);
	return text.split("\n").map((line) => line.replace(/^Subject: /, ""));
}

/** What a unit's daemon has written to the journal since then. */
export async function journalSince(host: Host, unit: string, since: Date): Promise<string[]> {
	// What it is writing this moment.
	await sleep(100);
	const text = await host.journal("-u", unit, "-o", "cat", "--since", `@${since.getTime() / 1000}`);
	return text.split("\n").filter((line) => line !== "" && line !== "-- No entries --");
}

/** The end of both machines' journals, as far as Heimweg and Postfix have written them. */
export async function lastWords(lab: Lab): Promise<string> {
	const parts = [
		{ host: lab.home, units: ["heimweg", "heimweg-wireguard-go@*"], lines: 20 },
		{ host: lab.home, units: ["postfix*"], lines: 10 },
		{ host: lab.relay, units: ["heimweg-relay", "heimweg-wireguard-go@*"], lines: 20 },
		{ host: lab.relay, units: ["postfix*"], lines: 10 },
	].map(async ({ host, units, lines }) => {
		const selected = units.flatMap((unit) => ["-u", unit]);
		const text = await host.journal(...selected, "-n", String(lines), "-o", "short").catch(String);
		return `${host.hostname}: the end of the journal of ${units[0]}:\n${text}\n`;
	});
	return (await Promise.all(parts)).join("\n");
}
