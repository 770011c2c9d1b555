import type { Host } from "../lab/host.ts";
import type { Scene } from "../lab/scene.ts";

/** What Postfix has logged on both machines, over all boots, a line each. */
export interface Journals {
	relay: string[];
	home: string[];
}

export async function readJournals({ lab }: Scene): Promise<Journals> {
	const [relay, home] = await Promise.all([linesOf(lab.relay), linesOf(lab.home)]);
	return { relay: relay!, home: home! };
}

async function linesOf(host: Host): Promise<string[]> {
	const options = ["--unit", "postfix*", "--output", "short-precise"];
	const text = await host.run(["journalctl", "--no-pager", ...options], { timeout: 60_000 });
	return text.split("\n");
}

/** Lines about mail that Postfix gave up, be it a test's mail or any other. */
export function bouncesIn({ relay, home }: Journals): string[] {
	return [...relay, ...home].filter((line) => /status=(bounced|expired)/.test(line));
}

/** All that the journals tell about the mail with this number, found by the queue ids that it had. */
export function linesAbout({ relay, home }: Journals, id: number): string[] {
	return [
		...linesIn(relay, id).map((line) => `relay: ${line}`),
		...linesIn(home, id).map((line) => `home:  ${line}`),
	];
}

/** The numbers of the mails that have these queue ids. */
export function mailsInQueues(
	journals: Journals,
	queueIds: { relay: string[]; home: string[] },
): Set<number> {
	return new Set(
		(["relay", "home"] as const).flatMap((role) => {
			const wanted = new Set(queueIds[role]);
			return numbersIn(journals[role]).flatMap(({ queueId, id }) => (wanted.has(queueId) ? [id] : []));
		}),
	);
}

function linesIn(lines: readonly string[], id: number): string[] {
	const ids = new Set(numbersIn(lines).flatMap((one) => (one.id === id ? [one.queueId] : [])));
	return lines.filter((line) => ids.has(/\]: ([0-9A-Za-z]+): /.exec(line)?.[1] ?? ""));
}

/** Which mail has which queue id: cleanup(8) logs both. */
function numbersIn(lines: readonly string[]): Array<{ queueId: string; id: number }> {
	return lines.flatMap((line) => {
		const [, queueId, number] = / ([0-9A-Za-z]+): message-id=<chaos\.(\d+)\./.exec(line) ?? [];
		return queueId ? [{ queueId, id: Number(number) }] : [];
	});
}

/** True when a mail server asked again because it got no answer to a whole mail (RFC 5321, section 4.2.5). */
export function askedTwice(lines: readonly string[]): boolean {
	return lines.some((line) => line.includes("may be sent more than once"));
}
