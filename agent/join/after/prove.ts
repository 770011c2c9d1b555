import { setTimeout as sleep } from "node:timers/promises";
import { EX_TROUBLE, messageOf } from "../../../shared/errors.ts";
import { sentence } from "../../../shared/sentence.ts";
import { MINUTE, SECOND } from "../../../shared/time.ts";
import { type MailProof, proveMail } from "./mail-proof.ts";
import type { AfterDeps, Joined } from "./options.ts";
import { words } from "./words.ts";

/** Milliseconds for each of the things that are waited for, and between two looks. */
const tunnelPatience = 30 * SECOND;
const recordsPatience = MINUTE;
const pause = SECOND / 4;

/** What is read of the status; everything may be missing. */
interface Known {
	tunnel?: { up?: boolean };
	records?: { inSync?: boolean };
	conditions?: ReadonlyArray<{ text: string; severity: string }>;
}

/** Sees that mail takes its way, says what is proven and what is not, and what is still to be set in the DNS. */
export async function prove(
	{ joined, mailbox, names }: { joined: Joined; mailbox: string | undefined; names: readonly string[] },
	deps: AfterDeps,
): Promise<number> {
	const { say } = deps;
	const proven: string[] = [];
	const open: string[] = [];
	say(words.waitTunnel);
	const up = await becomes(joined, deps, tunnelPatience, ({ tunnel }) => tunnel?.up === true);
	if (up.is) proven.push(words.tunnelUp);
	else {
		const why = up.last?.conditions?.[0]?.text ?? up.error ?? "";
		open.push(sentence(words.tunnelDown, { seconds: tunnelPatience / SECOND, why }));
	}
	const mail = up.is && mailbox !== undefined ? proveMail(joined, mailbox, deps) : undefined;
	const records = up.is && names.length > 0 ? proveRecords(joined, names, deps) : undefined;
	tellMail(await mail, mailbox, proven, open);
	if (records) {
		if (await records) proven.push(sentence(words.recordsTrue, { name: names.join(", ") }));
		else open.push(sentence(words.recordsOpen, { name: names.join(", ") }));
	}
	const lines = await dnsLines(joined, deps, proven, open);
	say(`\n${words.proven}`);
	for (const one of proven) say(`  ${one}`);
	if (open.length > 0) say(`\n${words.notProven}`);
	for (const one of open) say(`  ${one}`);
	if (lines.length > 0) say(["", words.last, ...lines].join("\n"));
	return up.is && (mail === undefined || (await mail).arrived !== undefined) ? 0 : EX_TROUBLE;
}

function tellMail(
	mail: MailProof | undefined,
	mailbox: string | undefined,
	proven: string[],
	open: string[],
): void {
	if (!mail || mailbox === undefined) {
		open.push(words.mailSkipped);
		return;
	}
	if (mail.taken) proven.push(sentence(words.mailOut, { from: mail.from }));
	else open.push(sentence(words.mailOutNot, { why: mail.why ?? "" }));
	if (mail.arrived !== undefined)
		proven.push(sentence(words.mailIn, { mailbox, seconds: (mail.arrived / SECOND).toFixed(1) }));
	else if (mail.taken) open.push(sentence(words.mailInNot, { why: mail.why ?? "" }));
}

async function proveRecords(joined: Joined, names: readonly string[], deps: AfterDeps): Promise<boolean> {
	if (names.length > 0) deps.say(words.waitRecords);
	return (await becomes(joined, deps, recordsPatience, ({ records }) => records?.inSync === true)).is;
}

/** Waits until the running daemon's status says so. */
async function becomes(
	{ config }: Joined,
	{ line }: AfterDeps,
	patience: number,
	check: (known: Known) => boolean,
): Promise<{ is: boolean; last: Known | undefined; error: string | undefined }> {
	const end = performance.now() + patience;
	let last: Known | undefined;
	let error: string | undefined;
	for (;;) {
		try {
			last = (await line.status(config)).known as Known;
			if (check(last)) return { is: true, last, error: undefined };
		} catch (reason) {
			error = messageOf(reason);
		}
		if (performance.now() > end) return { is: false, last, error };
		await sleep(pause);
	}
}

/** The lines that are still to be set, where the MX does not lead to the relay yet. */
async function dnsLines(
	joined: Joined,
	deps: AfterDeps,
	proven: string[],
	open: string[],
): Promise<string[]> {
	const relay = joined.relay.endpoint.replace(/:\d+$/, "");
	const lines: string[] = [];
	for (const domain of joined.domains) {
		const servers = await deps.resolveMx(domain).catch(() => []);
		if (servers.some(({ exchange }) => exchange.toLowerCase().replace(/\.$/, "") === relay)) {
			proven.push(sentence(words.mxRight, { domain }));
			continue;
		}
		open.push(sentence(words.mxOpen, { domain }));
		lines.push(sentence(words.mxLine, { domain, relay }), sentence(words.spfLine, { domain }));
	}
	if (lines.length > 0) lines.push(words.dnsPlan);
	const byName = /[a-z]/i.test(relay.replace(/^\[.*\]$/, ""));
	return lines.length > 0 && !byName ? [...lines, sentence(words.mxNeedsName, { relay })] : lines;
}
