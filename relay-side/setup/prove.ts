import { setTimeout as sleep } from "node:timers/promises";
import { sentence } from "../../shared/sentence.ts";
import { SECOND } from "../../shared/time.ts";
import type { RelayCore } from "../config.ts";
import type { Found } from "./found.ts";
import { addressesOf } from "./look.ts";
import type { SetupDeps, SetupOptions } from "./options.ts";
import { words } from "./words.ts";

/** Milliseconds in which Postfix, just restarted, opens its port, and between two looks. */
const opening = 10 * SECOND;
const pause = SECOND / 4;

/** What is seen now, and what only others can show: the last lines of the set-up. */
export async function prove(
	{ options, found, host, config }: { options: SetupOptions; found: Found; host: string; config: RelayCore },
	{ internet, line }: Pick<SetupDeps, "internet" | "line">,
): Promise<string[]> {
	const proven: string[] = [];
	const open: string[] = [];
	const status = await line.status(options.config).then(
		({ text }) => text.trimEnd(),
		() => undefined,
	);
	if (status !== undefined) proven.push(words.daemonRuns);
	const leads = await addressesOf(host, internet.resolver);
	for (const { address, ptr, back, behindNat } of found.addresses) {
		const why = await greetingSoon(() => internet.greeting(address));
		if (why === undefined) proven.push(sentence(words.greets, { address }));
		else open.push(sentence(words.greetsNot, { address, why }));
		if (behindNat) continue;
		const agree = back && ptr === host && leads.includes(address);
		if (agree) proven.push(sentence(words.namesAgree, { host, address }));
		else open.push(sentence(words.namesDiffer, { host, address }));
	}
	if (found.outward.is === "yes") proven.push(sentence(words.outwardYes, { server: found.outward.server }));
	else if (found.outward.is === "no") open.push(sentence(words.outwardNo, { server: found.outward.server }));
	else open.push(words.outwardUnknown);
	open.push(sentence(words.fromOutside, { port: config.tunnel.listen_port }));
	return [
		...(status === undefined ? [] : ["", status]),
		...["", words.proven, ...proven.map((one) => `  ${one}`)],
		...["", words.notProven, ...open.map((one) => `  ${one}`)],
		...["", words.next],
	];
}

async function greetingSoon(ask: () => Promise<string | undefined>): Promise<string | undefined> {
	const end = performance.now() + opening;
	for (;;) {
		const wrong = await ask();
		if (wrong === undefined || performance.now() > end) return wrong;
		await sleep(pause);
	}
}
