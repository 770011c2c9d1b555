import type { Address, Cidr } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import type { PostfixCommandDeps, PostfixSide } from "../../shared/postfix/command.ts";
import { elementsOf, hasElement } from "../../shared/postfix/list.ts";
import type { ListQueue } from "../../shared/postfix/queue.ts";
import { type Change, readPostfix } from "../../shared/postfix/settings.ts";
import { say } from "../../shared/words/say.ts";
import { type DatabaseType, databaseType, mapReference, postfixMaps } from "./maps.ts";
import { makePolicyFolder } from "./policy-socket.ts";
import { prepareMaps } from "./prepare.ts";
import { queuedAmong } from "./queue.ts";
import { lookFor, neededChanges } from "./settings.ts";
import type { PostfixWants } from "./wants.ts";

/** What Postfix's settings depend on in our own configuration. */
export interface PostfixContext {
	mapsDirectory: string;
	/** The master.cf service. */
	service: string;
	/** Mail that a home refuses for good is held instead of sent back. */
	hold?: boolean;
	/** The tunnel's networks, and our own addresses in it. */
	networks: readonly Cidr[];
	relayAddresses: readonly Address[];
}

export interface PostfixSideDeps extends Pick<PostfixCommandDeps, "run" | "out">, PostfixContext {
	listQueue: ListQueue;
	/** The daemon's user; `heimweg` by default. */
	owner?: string;
}

/** What the relay's Postfix needs, for the command `postfix`. */
export async function postfixSide(deps: PostfixSideDeps): Promise<PostfixSide> {
	return relaySide(await databaseType(deps.run), deps);
}

function relaySide(type: DatabaseType, deps: PostfixSideDeps): PostfixSide {
	const { run, out, mapsDirectory } = deps;
	const wants = wantsOf(deps, type);
	return {
		program: "heimweg-relay",
		look: lookFor(wants.service),
		plan(now) {
			const { changes, notes } = neededChanges(now, wants);
			return { changes, notes: type === "lmdb" ? notes : [...notes, slowType(type)] };
		},
		async prepare(told) {
			// Postfix must not be told of maps that are not there: it would defer all mail.
			const owner = deps.owner ?? "heimweg";
			const options = { directory: mapsDirectory, type, run, owner };
			for (const name of await prepareMaps(options)) told.write(`The map ${name} was made, empty.\n`);
			const folder = await makePolicyFolder(run, owner);
			if (folder) {
				out.write(
					`The folder ${folder} was made; if heimweg-relay runs, run "systemctl restart heimweg-relay".\n`,
				);
			}
		},
		mayUndo: () => refuseWhileMailWaits(type, deps),
		afterwards(changes) {
			if (!changes.some((change) => isOtherType(change, mapsDirectory))) return;
			out.write('Now run "systemctl restart heimweg-relay": the type of its maps is another than before.\n');
		},
	};
}

function slowType(type: DatabaseType): string {
	return `Postfix's database type here is ${type}; its processes then see a change of the homes after up to 10 s. With "apt install postfix-lmdb" and "postconf -e default_database_type=lmdb" they see it at once`;
}

function isOtherType(change: Change, mapsDirectory: string): boolean {
	return (
		change.is === "parameter" && Boolean(change.element) && Boolean(change.before?.includes(mapsDirectory))
	);
}

/**
 * What of the essential settings Postfix lacks, as short sentences; for the daemon, which may only look, and writes
 * maps of this type.
 */
export async function lackingSettings(
	deps: PostfixContext & { run: RunCommand; type: DatabaseType },
): Promise<string[]> {
	const wants = wantsOf(deps, deps.type);
	const now = await readPostfix(deps.run, lookFor(wants.service));
	return neededChanges(now, wants)
		.changes.filter((change) => change.essential)
		.map((change) => {
			if (change.is !== "parameter") {
				return change.before === undefined
					? say`master.cf has no service ${wants.service}`
					: say`the service ${wants.service} in master.cf is not Postfix's smtp client`;
			}
			if (!change.element) return say`${change.name} is not as it should be`;
			const there = hasElement(now.inForce.get(change.name) ?? "", change.element);
			return there
				? say`${change.name} does not begin with ${change.element}`
				: say`${change.name} lacks ${change.element}`;
		});
}

/** Whether Postfix asks our map who is valid, and the characters of its recipient_delimiter. */
export async function recipientUse(
	run: RunCommand,
	map: string,
): Promise<{ used: boolean; delimiters: string }> {
	const text = await run("postconf", ["relay_recipient_maps", "recipient_delimiter"]);
	const value = (name: string) => new RegExp(`^${name} =(?: (.*))?$`, "m").exec(text)?.[1]?.trim() ?? "";
	return {
		used: elementsOf(value("relay_recipient_maps")).includes(map),
		delimiters: value("recipient_delimiter"),
	};
}

function wantsOf(context: PostfixContext, type: DatabaseType): PostfixWants {
	const at = { directory: context.mapsDirectory, type };
	return {
		transport: mapReference(at, "transport"),
		relayDomains: mapReference(at, "relay_domains"),
		relayRecipients: mapReference(at, "relay_recipients"),
		service: context.service,
		hold: context.hold ?? false,
		networks: context.networks,
		relayAddresses: context.relayAddresses,
	};
}

/** Without our maps, mail that waits for a home would come back to its sender. */
async function refuseWhileMailWaits(type: DatabaseType, deps: PostfixSideDeps): Promise<void> {
	const maps = postfixMaps({ directory: deps.mapsDirectory, type, run: deps.run });
	const domains = new Set((await maps.list("transport").catch(() => new Map())).keys());
	const waiting = domains.size > 0 ? await queuedAmong(domains, deps.listQueue()) : new Set<string>();
	if (waiting.size === 0) return;
	throw new HeimwegError(
		`mail waits for ${[...waiting].sort().join(", ")} and would come back to its senders`,
		{
			remedy: 'let it be delivered first, or repeat with "--undo --force"',
		},
	);
}
