import { familyOfCidr, parseCidr } from "../../shared/address.ts";
import { messageOf } from "../../shared/errors.ts";
import { shellText } from "../../shared/firewall/port.ts";
import { changeText } from "../../shared/postfix/command.ts";
import { composedSide } from "../../shared/postfix/compose.ts";
import { notRestarted } from "../../shared/postfix/not-restarted.ts";
import { reloadOwed } from "../../shared/postfix/reload.ts";
import { WrongAnswer } from "../../shared/prompt.ts";
import { sentence } from "../../shared/sentence.ts";
import type { Step } from "../../shared/steps.ts";
import { SECOND } from "../../shared/time.ts";
import { unitSteps } from "../../shared/unit-steps.ts";
import type { RelayCore } from "../config.ts";
import { configText, exists, inviteText, makeKey, writeConfig } from "./files.ts";
import type { Found } from "./found.ts";
import { drawNetworks, firstHost, type TunnelNetworks } from "./networks.ts";
import type { SetupDeps, SetupOptions } from "./options.ts";
import { applySide, asWithLmdb, planOf, serverSide } from "./postfix.ts";
import { words } from "./words.ts";

interface Wanted {
	options: SetupOptions;
	found: Found;
	host: string;
	/** The daemons' group. */
	group: number;
}

/** For systemd to restart Postfix. */
const restartPatience = 90 * SECOND;

/** Everything that is still to be done, in an order in which the power may go at any place; and what stays its owner's. */
export async function planSteps(
	wanted: Wanted,
	deps: SetupDeps,
): Promise<{ steps: Step[]; notes: string[]; config: RelayCore }> {
	const text = wantedText(wanted, deps);
	const config = deps.line.parse(wanted.options.config, text);
	const postfix = await postfixSteps(wanted, config, deps);
	const files = await fileSteps(wanted, text, config, deps);
	const steps = [...files, ...postfix.steps, ...firewallSteps(wanted, deps)];
	return {
		steps: [...steps, ...(await startSteps(wanted, files.length > 0, config, deps))],
		notes: postfix.notes,
		config,
	};
}

/** What relay.toml is to say: what it says, with what is missing of it. */
function wantedText({ options, found, host }: Wanted, { line }: SetupDeps): string {
	// An earlier version reads no such key.
	const invited = line.knows("invite") ? host : undefined;
	const { config } = found;
	if (!config) return configText(networksOf(options, found), invited);
	if (invited === undefined || config.host !== undefined) return config.text;
	return `${config.text.replace(/\n*$/, "\n")}${inviteText(invited)}`;
}

function networksOf({ networks: given }: SetupOptions, { routed }: Found): TunnelNetworks {
	if (given === undefined) return drawNetworks(routed);
	try {
		const networks = given.split(",").map((text) => parseCidr(text.trim()));
		if (new Set(networks.map(familyOfCidr)).size !== networks.length)
			throw new RangeError("expected at most one of each family");
		return { networks, addresses: networks.map(firstHost) };
	} catch (error) {
		throw new WrongAnswer(`--networks: ${sentence(words.networksWrong, { problem: messageOf(error) })}`);
	}
}

async function fileSteps(
	{ options, found, host, group }: Wanted,
	text: string,
	config: RelayCore,
	{ run }: SetupDeps,
): Promise<Step[]> {
	const steps: Step[] = [];
	const key = config.tunnel.private_key_file;
	if (key.startsWith("/") && !(await exists(key)))
		steps.push({ text: sentence(words.stepKey, { file: key }), act: () => makeKey(key, group, run) });
	if (text === found.config?.text) return steps;
	const file = options.config;
	steps.push({
		text: found.config
			? sentence(words.stepInvite, { file, host })
			: sentence(words.stepConfig, { file, networks: config.tunnel.networks.join(", ") }),
		details: text,
		act: () => writeConfig(file, text, group),
	});
	return steps;
}

async function postfixSteps(
	{ host, found }: Wanted,
	config: RelayCore,
	{ run, line }: SetupDeps,
): Promise<{ steps: Step[]; notes: string[] }> {
	const server = serverSide(host, found.postfix.lmdb);
	const { changes: first } = await planOf(server, run);
	const sets = (name: string) => first.some((change) => change.is === "parameter" && change.name === name);
	// What comes after it names maps of the type that is in force then.
	const asItWillBe = sets("default_database_type") ? asWithLmdb(run) : run;
	const homes = await line.postfix(config, asItWillBe);
	const side = await composedSide(
		"heimweg-relay",
		[{ postfix: () => server }, { postfix: () => homes }],
		undefined,
	);
	const { changes, notes, directory } = await planOf(side, run);
	const restart = () => run("systemctl", ["try-restart", "postfix"], { timeout: restartPatience });
	const restarts: Step[] =
		!sets("inet_interfaces") && (await notRestarted(run))
			? [{ text: words.stepPostfixRestart, act: async () => void (await restart()) }]
			: [];
	if (changes.length === 0) {
		const owed = await reloadOwed(directory);
		const reload = { text: words.stepPostfixReload, act: () => applySide(() => side, run) };
		return { steps: [...(owed ? [reload] : []), ...restarts], notes };
	}
	const step: Step = {
		text: sentence(words.stepPostfix, { count: changes.length }),
		// Several changes have one reason.
		reasons: [...new Set(changes.map(({ why }) => why))],
		details: changes.map(changeText).join(""),
		async act() {
			await applySide(() => side, run);
			// A reload does not open other sockets (postconf(5), inet_interfaces).
			if (sets("inet_interfaces")) await restart();
		},
	};
	return { steps: [step, ...restarts], notes };
}

function firewallSteps({ options, found }: Wanted, { run, say }: SetupDeps): Step[] {
	if (options.firewall === false) return [];
	return found.firewalls.flatMap(({ name, opens, lasts }) =>
		opens.map((argv, at) => ({
			text: sentence(words.stepFirewall, { name, command: shellText(argv) }),
			async act() {
				await run(argv[0]!, argv.slice(1));
				const line = lasts?.lines[at];
				if (lasts && line) say(sentence(words.lasts, { name, file: lasts.file, line }));
			},
		})),
	);
}

function startSteps(
	{ options }: Wanted,
	changes: boolean,
	{ tunnel }: RelayCore,
	{ run }: SetupDeps,
): Promise<Step[]> {
	const files = [options.config, tunnel.private_key_file];
	return unitSteps({ run, daemon: "heimweg-relay", files, changes }, words);
}
