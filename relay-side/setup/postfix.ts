import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import { type PostfixSide, runPostfixCommand } from "../../shared/postfix/command.ts";
import { listElements } from "../../shared/postfix/listed.ts";
import { type Change, type PostfixNow, parameterChange, readPostfix } from "../../shared/postfix/settings.ts";
import { sentence } from "../../shared/sentence.ts";
import { words } from "./words.ts";

/** What this relay's Postfix is as a mail server, whatever homes there will be. */
export interface OwnPostfix {
	version: string;
	myhostname: string;
	interfaces: string;
	/** Whole domains whose mail stays here, as far as they are not this machine's own name. */
	keeps: string[];
}

const parameters = ["myhostname", "inet_interfaces", "default_database_type", "alias_maps", "alias_database"];

/** Looks at Postfix; throws with what to do where it is not set up at all. */
export async function ownPostfix(run: RunCommand): Promise<OwnPostfix> {
	const ask = async (...args: string[]) => (await run("postconf", args)).trim();
	try {
		const myhostname = await ask("-h", "myhostname");
		const destination = listElements(await ask("-hx", "mydestination"));
		return {
			version: await ask("-h", "mail_version"),
			myhostname,
			interfaces: await ask("-h", "inet_interfaces"),
			keeps: destination.filter((one) => /^[a-z0-9-]+\.[a-z0-9.-]+$/i.test(one) && !isOwn(one, myhostname)),
		};
	} catch (error) {
		throw new HeimwegError(sentence(words.noPostfix, { error: messageOf(error) }), {
			remedy: words.noPostfixRemedy,
			cause: error,
		});
	}
}

function isOwn(domain: string, myhostname: string): boolean {
	return domain === myhostname || /^(?:localhost|ip6-localhost)(?:\.|$)|\.localdomain$/.test(domain);
}

/** The settings that a mail server has whatever homes it serves. */
export function serverSide(host: string, lmdb: boolean): PostfixSide {
	return {
		program: "heimweg-relay",
		look: { parameters, expanded: [] },
		plan: (now) => ({ changes: serverChanges(now, host, lmdb), notes: [] }),
	};
}

function serverChanges(now: PostfixNow, host: string, lmdb: boolean): Change[] {
	const changes: Change[] = [
		...parameterChange(now, {
			name: "myhostname",
			after: host,
			essential: false,
			why: sentence(words.whyHostname, { host }),
		}),
	];
	if (
		listElements(now.inForce.get("inet_interfaces") ?? "all").some((one) =>
			/loopback-only|^127\.|^localhost$/.test(one),
		)
	) {
		changes.push(
			...parameterChange(now, {
				name: "inet_interfaces",
				after: "all",
				essential: true,
				why: words.whyInterfaces,
			}),
		);
	}
	if (lmdb && usesDefaultTypeNowhere(now)) {
		changes.push(
			...parameterChange(now, {
				name: "default_database_type",
				after: "lmdb",
				essential: false,
				why: words.whyLmdb,
			}),
		);
	}
	return changes;
}

/** Tables that are made of the default type would have to be made anew. */
function usesDefaultTypeNowhere(now: PostfixNow): boolean {
	return ["alias_maps", "alias_database"].every(
		(name) => now.set.has(name) && !now.set.get(name)?.includes("default_database_type"),
	);
}

/** Whether this Postfix has the type, and it is not in use yet. */
export async function hasLmdb(run: RunCommand): Promise<boolean> {
	return /^lmdb$/m.test(await run("postconf", ["-m"]).catch(() => ""));
}

/** What one of the sides still needs. */
export async function planOf(
	side: PostfixSide,
	run: RunCommand,
): Promise<{ changes: Change[]; notes: string[]; directory: string }> {
	const now = await readPostfix(run, side.look);
	return { ...side.plan(now), directory: now.directory };
}

/** postconf as it will answer once the database type is another. */
export function asWithLmdb(run: RunCommand): RunCommand {
	return async (command, args, options) => {
		const type = command === "postconf" && args.join(" ") === "-h default_database_type";
		return type ? "lmdb" : run(command, args, options);
	};
}

/** Sets what a side needs; throws with what Postfix said. */
export async function applySide(
	side: () => PostfixSide | Promise<PostfixSide>,
	run: RunCommand,
): Promise<void> {
	const said: string[] = [];
	const out = { write: (text: string) => void said.push(text) };
	const status = await runPostfixCommand({ apply: true }, side, { run, out, uid: 0, now: () => new Date() });
	if (status !== 0) throw new HeimwegError(sentence(words.postfixFailed, { error: said.join("").trim() }));
}
