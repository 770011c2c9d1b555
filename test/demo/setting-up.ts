import { parse } from "smol-toml";
import type { Host } from "../lab/host.ts";
import type { Lab } from "../lab/lab.ts";
import { domain, homeId } from "../lab/scene.ts";
import { aptInFolder, inviteOn, joinByFlags, packagesOnHost } from "../lab/set-up.ts";
import type { Note, Teller } from "./teller.ts";

/** Sets both machines up as the README tells, and shows each command before what it said. */
export async function setUp(lab: Lab, packages: string, teller: Teller, note: Note): Promise<void> {
	const { relay, home } = lab;
	await Promise.all([relay, home].map((host) => host.copyIn(packages, packagesOnHost)));
	const [onRelay, atHome] = [aptCommand("heimweg-relay"), aptCommand("heimweg")];
	teller.tell(`relay#  ${onRelay}`);
	teller.tell(`home#   ${atHome}`);
	await teller.wait(
		"installing the packages on both",
		() => Promise.all([install(relay, onRelay), install(home, atHome)]),
		() => "the packages are installed",
	);
	const setup = ["heimweg-relay", "setup", "--yes"];
	teller.tell(`relay#  ${setup.join(" ")}`);
	const said = await teller.wait(
		"setting the relay up: its key, the tunnel's networks, Postfix, the unit",
		() => relay.run(setup, { timeout: 120_000 }),
		() => "the relay is set up",
	);
	teller.quote(proven(said));
	teller.tell(`relay#  heimweg-relay invite ${homeId} ${domain}`);
	const code = await inviteOn(relay);
	teller.quote([`${code.slice(0, 20)}...   (${code.length} characters, good for a day and once)`]);
	teller.tell("home#   heimweg join     (the code by standard input, its other answers by flags)");
	const joined = await teller.wait(
		"joining: keys, tunnel, records, recipients, Postfix, and a mail out and back in",
		() => joinByFlags(home, code),
		({ exitCode, milliseconds }) =>
			`join ended with status ${exitCode} after ${note("from join to the proof that mail comes in", milliseconds)}`,
	);
	teller.quote(proven(joined.stdout));
	if (joined.exitCode !== 0) throw new Error(`join: ${joined.stderr || joined.stdout}`);
}

/** As the README has it. */
function aptCommand(program: string): string {
	const files = [program, "heimweg-common", "heimweg-node"].map((name) => `./${name}_*.deb`);
	return `apt install ${files.join(" ")}`;
}

async function install(host: Host, command: string): Promise<void> {
	const { exitCode, stdout, stderr } = await aptInFolder(host, command);
	if (exitCode !== 0) throw new Error(`${host.hostname}: ${command}: ${stderr || stdout}`);
}

/** What a command ends with: what it has proven, and what it has not. */
function proven(said: string): string[] {
	const at = said.indexOf("Proven:");
	return at < 0 ? [] : said.slice(at).split("\n").filter(Boolean);
}

/** The home's address in the tunnel, as the relay gave it. */
export async function tunnelAddress({ relay }: Lab): Promise<string> {
	const file = parse(await relay.read(`/etc/heimweg-relay/homes.d/${homeId}.toml`));
	return (file.addresses as string[])[0]!;
}
