import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { hostnameSchema, publicKeySchema } from "../../shared/config.ts";
import { asciiDomain } from "../../shared/domain-name.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { folded } from "../../shared/fold.ts";
import { encodeInvitation, seedLength } from "../../shared/invitation/code.ts";
import { relayKeysOf } from "../../shared/invitation/secrets.ts";
import { wordsOf } from "../../shared/invitation/words.ts";
import type { CommandLine } from "../../shared/part.ts";
import { plainLines } from "../../shared/plain-text.ts";
import { say } from "../../shared/words/say.ts";
import { speech } from "../../shared/words/speech.ts";
import type { RelayCore } from "../config.ts";
import { type HomeFiles, homeFiles } from "./home-files.ts";
import { addressesText, homeText, invitationIn, withInvitation } from "./home-text.ts";
import { type OpenOrder, openedSchema } from "./orders.ts";
import { homePattern } from "./record.ts";
import { type InvitationStatus, invitationText } from "./status.ts";

/** Asks the running program. */
type Order = (command: string, argument?: string) => Promise<string>;

/** What a command works with. */
export interface Desk {
	order: Order;
	files: HomeFiles;
	/** What people read; a code alone goes to `out`, so that a script gets nothing else. */
	say(text: string): void;
	/** What is asked for, to standard output: for people, and as it is. */
	tell(text: string): void;
	out(text: string): void;
	now(): Date;
}

/**
 * Invites a home. The daemon saves the invitation, then the home's file names it, which alone puts it in force, and the
 * code is printed last: whatever breaks off before that, nobody has a code, and the same command may be given again.
 */
export async function inviteHome(
	desk: Desk,
	home: string,
	given: readonly string[],
	{ again = false }: { again?: boolean } = {},
): Promise<void> {
	requireId(home);
	const domains = domainsOf(given);
	const before = await desk.files.read(home);
	const path = desk.files.path(home);
	if (before === undefined && domains.length === 0)
		throw new HeimwegError("expected the home's mail domains behind its name, got none", {
			remedy: `run "heimweg-relay invite ${home} example.org"`,
		});
	if (before !== undefined) refuseFile(home, path, before, domains, again);
	const seed = randomBytes(seedLength);
	const { bootstrapPublicKey, bootstrapPresharedKey, ...keys } = relayKeysOf(seed);
	const id = newId();
	const order: OpenOrder = {
		...{ id, home, domains, again: before !== undefined },
		keys: {
			publicKey: bootstrapPublicKey,
			presharedKey: bootstrapPresharedKey,
			request: keys.request.toString("base64"),
			answer: keys.answer.toString("base64"),
			preshared: keys.presharedKey.toString("base64"),
		},
	};
	const opened = openedSchema.parse(JSON.parse(await desk.order("invite-open", JSON.stringify(order))));
	if (before === undefined) {
		const key = `# Its key comes when "heimweg join" is run there with the code.\ninvitation = "${id}"`;
		await desk.files.create(home, homeText(desk.now(), key, opened.addresses, domains));
	} else await desk.files.replace(home, withInvitation(before, id));
	await desk.order("invite-stands", id);
	const code = encodeInvitation({ seed, ...opened });
	if (before !== undefined)
		desk.say(
			`The code before is void, and so is a key that came by it; a home that has joined takes this one with --anew.`,
		);
	desk.say(
		`${home} is invited. Run "heimweg join" at home and paste this code; it is good for a day, and once. Whoever has it can take ${home}'s mail: send it on a way that you trust. Both sides then show the same six words.`,
	);
	desk.out(code);
}

function refuseFile(
	home: string,
	path: string,
	text: string,
	domains: readonly string[],
	again: boolean,
): void {
	const { invitation, domains: there } = invitationIn(text);
	if (invitation === undefined)
		throw new HeimwegError(`${path} is there, and names no invitation`, {
			remedy: `it was written by hand: give that home a key with public_key in it, or run "heimweg-relay remove ${home}" first`,
		});
	if (!again)
		throw new HeimwegError(`${home} is invited already, or has joined`, {
			remedy: `run "heimweg-relay invite ${home} --again" for a new code; the one before, and a key that came by it, are void then`,
		});
	const fits = domains.length === 0 || [...domains].sort().join() === [...there].sort().join();
	if (!fits)
		throw new HeimwegError(`${path} has other domains (${there.join(", ")})`, {
			remedy: `change them there, and run "heimweg-relay invite ${home} --again"`,
		});
}

/** Writes the file of a home whose key is known. */
export async function admitHome(
	desk: Desk,
	home: string,
	key: string,
	given: readonly string[],
): Promise<void> {
	requireId(home);
	if (!publicKeySchema.safeParse(key).success)
		throw new HeimwegError('expected a public key of 44 characters, as "heimweg key" prints it at home');
	const domains = domainsOf(given);
	if ((await desk.files.read(home)) !== undefined)
		throw new HeimwegError(`${desk.files.path(home)} is there already`, {
			remedy: `write public_key = "${key}" into it by hand, or run "heimweg-relay remove ${home}" first`,
		});
	const addresses = addressesText(await desk.order("invite-room", JSON.stringify({ home, domains })));
	await desk.files.create(home, homeText(desk.now(), `public_key = "${key}"`, addresses, domains));
	desk.tell(say`${home} may come, with the key "${wordsOf(key)}" and the addresses ${addresses.join(", ")}`);
}

/** Ends a home: its mail first, then its file, and what is known of it last. */
export async function removeHome(desk: Desk, home: string, { force = false } = {}): Promise<void> {
	requireId(home);
	let none = true;
	if ((await desk.files.read(home)) !== undefined) {
		none = await desk.order("invite-may-remove", home).then(
			() => true,
			(error) => {
				if (!force) throw error;
				return false;
			},
		);
		await desk.files.remove(home);
	}
	const gone = await desk.order("invite-gone", home);
	desk.say(
		none
			? gone
			: say`${home} is no longer served; mail for its domains is refused, and what waits here goes back to its senders after some days`,
	);
}

async function listInvitations(desk: Desk, json: boolean): Promise<void> {
	const text = await desk.order("invites");
	if (json) return desk.out(text);
	const list = JSON.parse(text) as InvitationStatus[];
	if (list.length === 0) desk.say('no home is invited; "heimweg-relay invite HOME DOMAIN" does that');
	for (const one of list) desk.tell(`${one.home}: ${invitationText(one)}`);
}

function requireId(home: string): void {
	if (homePattern.test(home)) return;
	throw new HeimwegError(
		`expected a name for the home of 1 to 32 small letters, digits and "-", got ${JSON.stringify(home.slice(0, 40))}`,
	);
}

function domainsOf(given: readonly string[]): string[] {
	const domains = given.map((text) => {
		const small = text.toLowerCase();
		const domain = asciiDomain(small) ?? small;
		if (hostnameSchema.safeParse(domain).success) return domain;
		throw new HeimwegError(`expected a mail domain, got ${JSON.stringify(text.slice(0, 80))}`);
	});
	return [...new Set(domains)];
}

/** Ten small letters and digits. */
function newId(): string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789";
	return [...randomBytes(10)].map((byte) => letters[byte % letters.length]).join("");
}

/** The commands of the command line. */
export function inviteCommands(program: Command, line: CommandLine<RelayCore>): void {
	const { configOption, end } = line;

	/** Runs it with what the config says; words go to `beside` where what is printed is for a script. */
	function at(
		file: string,
		act: (desk: Desk) => Promise<void>,
		beside: NodeJS.WriteStream = process.stdout,
	): Promise<void> {
		const work = async () => {
			const { homes_dir } = await line.load(file);
			const speak = await speech();
			await act({
				order: (command, argument) => line.order(file, command, argument),
				files: homeFiles(homes_dir),
				say: (text) => void beside.write(plainLines(`${folded(speak(text), beside.columns)}\n`)),
				tell: (text) =>
					void process.stdout.write(plainLines(`${folded(speak(text), process.stdout.columns)}\n`)),
				out: (text) => void process.stdout.write(plainLines(`${text}\n`)),
				now: () => new Date(),
			});
			return 0;
		};
		return end(work());
	}

	program
		.command("invite")
		.description("prints a code with which a home joins, and routes its domains' mail to wait until then")
		.argument("<home>", "a name for it, of small letters, digits and -")
		.argument("[domain...]", "its mail domains")
		.option(...configOption)
		.option("--again", "make a new code; the one before, and the key that came by it, are void")
		.action((home: string, domains: string[], { config, again }: { config: string; again?: boolean }) =>
			at(config, (desk) => inviteHome(desk, home, domains, { again: again ?? false }), process.stderr),
		);
	program
		.command("invites")
		.description("lists who is invited and who has joined by a code")
		.option(...configOption)
		.option("--json", "for scripts")
		.action(({ config, json }: { config: string; json?: boolean }) =>
			at(config, (desk) => listInvitations(desk, json ?? false), process.stderr),
		);
	program
		.command("remove")
		.description("ends a home, in the order in which no mail goes back; refuses while mail waits for it")
		.argument("<home>", "its name")
		.option(...configOption)
		.option("--force", "also while mail waits for it")
		.action((home: string, { config, force }: { config: string; force?: boolean }) =>
			at(config, (desk) => removeHome(desk, home, { force: force ?? false })),
		);
	program
		.command("admit")
		.description("writes the file of a home whose key is known, without a code")
		.argument("<home>", "a name for it, of small letters, digits and -")
		.argument("<key>", 'its public key, as "heimweg key" prints it there')
		.argument("<domain...>", "its mail domains")
		.option(...configOption)
		.action((home: string, key: string, domains: string[], { config }: { config: string }) =>
			at(config, (desk) => admitHome(desk, home, key, domains)),
		);
}
