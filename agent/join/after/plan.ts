import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../../../shared/atomic-file.ts";
import { HeimwegError, messageOf } from "../../../shared/errors.ts";
import { firewalls } from "../../../shared/firewall/firewalls.ts";
import { type OpenPort, shellText } from "../../../shared/firewall/port.ts";
import { changeText, type PostfixSide, runPostfixCommand } from "../../../shared/postfix/command.ts";
import { composedSide } from "../../../shared/postfix/compose.ts";
import { notRestarted } from "../../../shared/postfix/not-restarted.ts";
import { reloadOwed } from "../../../shared/postfix/reload.ts";
import { type Change, readPostfix } from "../../../shared/postfix/settings.ts";
import { sentence } from "../../../shared/sentence.ts";
import type { Step } from "../../../shared/steps.ts";
import { SECOND } from "../../../shared/time.ts";
import { unitSteps } from "../../../shared/unit-steps.ts";
import type { AgentCore } from "../../config.ts";
import type { FoundSource } from "../../recipients/find.ts";
import type { Need } from "../../recipients/need.ts";
import { wayOut } from "../way-out.ts";
import type { WantedDns } from "./dns.ts";
import type { AfterDeps, AfterOptions, Draft, Joined } from "./options.ts";
import { homeServerSide } from "./server.ts";
import { recipientsText, sourceName } from "./sources.ts";
import { words } from "./words.ts";

interface Wanted {
	joined: Joined;
	draft: Draft;
	options: AfterOptions;
	dns: WantedDns | undefined;
	sources: FoundSource[] | undefined;
}

/** For systemd to restart Postfix. */
const restartPatience = 90 * SECOND;

/** Where a client's port is served with the PROXY protocol before it. */
const behindProxy = 10_000;

/** For a table's group, Dovecot or a database. */
const needPatience = 30 * SECOND;

/** Everything that is still to be done, in an order in which the power may go at any place; and what stays its owner's. */
export async function planSteps(
	wanted: Wanted,
	deps: AfterDeps,
): Promise<{ steps: Step[]; notes: string[] }> {
	const needs = (wanted.sources ?? []).flatMap((source) => source.needs).map((need) => needStep(need, deps));
	const files = await fileSteps(wanted, deps);
	const postfix = await postfixSteps(wanted, deps);
	const fire = await firewallSteps(wanted, deps);
	const units = await startSteps(wanted, files.length > 0, deps);
	return { steps: [...needs, ...files, ...postfix.steps, ...fire, ...units], notes: postfix.notes };
}

function needStep(need: Need, { run }: AfterDeps): Step {
	const templates = {
		dovecot: words.needDovecot,
		readable: words.needReadable,
		database: words.needDatabase,
	};
	const text = sentence(templates[need.is], { what: need.what });
	return {
		text,
		...(need.write ? { details: need.write.text } : {}),
		async act() {
			if (need.write) await writeFileAtomic(need.write.file, need.write.text, { mode: 0o644 });
			const [command = "", ...args] = need.argv;
			const input = need.input === undefined ? {} : { input: need.input };
			await run(command, args, { timeout: needPatience, ...input }).catch((error: unknown) => {
				throw new HeimwegError(sentence(words.needFailed, { step: text, error: messageOf(error) }));
			});
		},
	};
}

/** The token's file, and what is missing of heimweg.toml. */
async function fileSteps({ joined, draft, options, dns, sources }: Wanted, deps: AfterDeps): Promise<Step[]> {
	const { config } = joined;
	const { token, names = [] } = dns ?? {};
	const dnsText = dns && !draft.dns ? `\n[dns]\nnames = ${JSON.stringify(names)}\n` : "";
	const listText = sources && sources.length > 0 && !draft.recipients ? recipientsText(sources) : "";
	// What cannot be read is told before anything is written.
	deps.line.parse(config, draft.text + draft.added + dnsText + listText);
	const append = (more: string) => async () => {
		const before = (await readFile(config, "utf8")).replace(/\n*$/, "\n");
		await writeOurs(config, before + more, deps);
	};
	const steps: Step[] = [];
	// Before the file that says that it is used.
	if (token !== undefined || dnsText !== "") {
		steps.push({
			text: sentence(words.stepDns, { name: names.join(", "), file: config }),
			details: dnsText,
			async act() {
				if (token !== undefined) await writeOurs(deps.tokenFile, `${token}\n`, deps);
				if (dnsText !== "") await append(dnsText)();
			},
		});
	}
	if (draft.added !== "") {
		const text = sentence(words.stepAdd, { config, file: options.add ?? "" });
		steps.push({ text, details: draft.added, act: append(draft.added) });
	}
	if (listText !== "") {
		const named = (sources ?? []).map(sourceName).join(", ");
		const text = sentence(words.stepRecipients, { sources: named });
		steps.push({ text, details: listText, act: append(listText) });
	}
	return steps;
}

/** Root's, and the daemon may read it. */
async function writeOurs(path: string, text: string, { run }: AfterDeps): Promise<void> {
	const gid = Number(await run("id", ["-g", "heimweg"]));
	await writeFileAtomic(path, text, { mode: 0o640, owner: { uid: process.getuid!(), gid } });
}

async function postfixSteps(
	{ joined }: Wanted,
	deps: AfterDeps,
): Promise<{ steps: Step[]; notes: string[] }> {
	const { run, line } = deps;
	const tunnel = await line.postfix(await line.load(joined.config));
	const server = homeServerSide(await myorigin(deps), joined.domains);
	// Both at once: each change is a copy of the files, a check and a reload.
	const side = await composedSide(
		"heimweg",
		[{ postfix: () => server }, { postfix: () => tunnel }],
		undefined,
	);
	const now = await readPostfix(run, side.look);
	const { changes, notes } = side.plan(now);
	const owed = changes.length === 0 && (await reloadOwed(now.directory));
	const listens = changes.some((change) => change.is === "parameter" && change.name === "inet_interfaces");
	const restart = () => run("systemctl", ["try-restart", "postfix"], { timeout: restartPatience });
	const restarts = !listens && (await notRestarted(run));
	return {
		steps: [
			...(changes.length > 0 ? [postfixStep(side, changes, listens ? restart : undefined, deps)] : []),
			...(owed ? [{ text: words.stepPostfixReload, act: () => applySide(side, deps) }] : []),
			...(restarts ? [{ text: words.stepPostfixRestart, act: async () => void (await restart()) }] : []),
		],
		// It is about to be put right.
		notes: notes.filter((note) => !(listens && note.startsWith("inet_interfaces"))),
	};
}

function postfixStep(
	side: PostfixSide,
	changes: Change[],
	restart: (() => Promise<unknown>) | undefined,
	deps: AfterDeps,
): Step {
	return {
		text: sentence(words.stepPostfix, { count: changes.length }),
		reasons: [...new Set(changes.map(({ why }) => why))],
		details: changes.map(changeText).join(""),
		async act() {
			await applySide(side, deps);
			// A reload does not open other sockets (postconf(5), inet_interfaces).
			await restart?.();
		},
	};
}

/** Sets what is missing of it, and has Postfix read it; throws with what Postfix said. */
async function applySide(side: PostfixSide, { run }: AfterDeps): Promise<void> {
	const said: string[] = [];
	const out = { write: (text: string) => void said.push(text) };
	const deps = { run, out, uid: 0, now: () => new Date() };
	const status = await runPostfixCommand({ apply: true }, () => side, deps);
	if (status !== 0) throw new HeimwegError(sentence(words.postfixFailed, { error: said.join("").trim() }));
}

/** As Postfix reads it: a file's first line where it names one (postconf(5), myorigin). */
async function myorigin({ run }: AfterDeps): Promise<string> {
	const value = (await run("postconf", ["-hx", "myorigin"])).trim();
	if (!value.startsWith("/")) return value;
	return (await readFile(value, "utf8").catch(() => "")).split("\n")[0]!.trim();
}

/**
 * The relay brings mail, and clients where it serves their ports, through the tunnel; and what this home sends leaves by it,
 * where what goes out is filtered too.
 */
async function firewallSteps({ joined }: Wanted, { run, line, say }: AfterDeps): Promise<Step[]> {
	const { tunnel, ports, relays } = (await line.load(joined.config)) as AgentCore & {
		ports?: { serve?: number[] };
	};
	const clients = (ports?.serve ?? []).map((port) => port + behindProxy);
	const incoming = [25, ...clients].map(
		(port): OpenPort => ({ protocol: "tcp", port, on: tunnel.interface }),
	);
	const outgoing = relays.flatMap(({ endpoint, pulse_port, checkin_port }) =>
		wayOut({ ...{ endpoint, pulse_port, checkin_port }, on: tunnel.interface }),
	);
	const open = [...incoming, ...outgoing];
	return (await firewalls(run, open)).flatMap(({ name, opens, lasts }) =>
		opens.map((argv, at) => ({
			text: sentence(words.stepFirewall, { name, command: shellText(argv) }),
			async act() {
				await run(argv[0]!, argv.slice(1));
				const rule = lasts?.lines[at];
				if (lasts && rule) say(sentence(words.lasts, { name, file: lasts.file, line: rule }));
			},
		})),
	);
}

async function startSteps(
	{ joined, draft, sources }: Wanted,
	changes: boolean,
	{ run, tokenFile }: AfterDeps,
): Promise<Step[]> {
	// The file may name sources since a run that was interrupted before it started these.
	const lists = draft.recipients !== undefined || (sources?.length ?? 0) > 0;
	const units = {
		daemon: "heimweg",
		others: lists ? ["heimweg-recipients.timer", "heimweg-recipients.path"] : [],
		// The relay would take mail to any name until there is a list.
		first: "heimweg-recipients.service",
		files: [joined.config, tokenFile],
	};
	return unitSteps({ run, ...units, changes }, words);
}
