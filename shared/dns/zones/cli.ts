import type { Command } from "commander";
import { HeimwegError } from "../../errors.ts";
import type { CommandLine } from "../../part.ts";
import { plainJson, plainLines } from "../../plain-text.ts";
import { createPrompt, type Prompt } from "../../prompt.ts";
import { applyText, planText } from "./plan-text.ts";
import { policyText } from "./policies.ts";
import type { AskedApply, AskedPlan, ShownApply, ShownPlan, ShownPolicies } from "./protocol.ts";

interface Options {
	config: string;
	json?: boolean;
	yes?: boolean;
	large?: boolean;
	take?: string[];
}

/** `dns plan`: there is something to do. */
const somethingToDo = 1;

export interface DnsCommandDeps {
	/** Has the daemon carry a command out; what it says, in JSON. */
	ask(command: string, argument: string): Promise<string>;
	/** `heimweg` or `heimweg-relay`. */
	program: string;
	out: { write(text: string): unknown };
	prompt: Pick<Prompt, "yes" | "text">;
}

/** Brings `PROGRAM dns ...`; `about` says whose records they are. Returns it, for commands of one side. */
export function dnsCommandLine(
	program: Command,
	line: Pick<CommandLine<unknown>, "configOption" | "end" | "order">,
	about: string,
): Command {
	const dns = program.command("dns").description(about);
	const deps = (config: string): DnsCommandDeps => ({
		program: program.name(),
		ask: (command, argument) => line.order(config, command, argument),
		out: process.stdout,
		prompt: createPrompt({ all: false }),
	});
	const take = ["--take <place...>", "let NAME TYPE be replaced although it is not Heimweg's"] as const;
	const common = (command: Command) => command.option(...line.configOption);
	common(dns.command("plan"))
		.description("shows what would be changed, why and by whose word; exits 1 when there is something to do")
		.option("--json", "for scripts")
		.option(...take)
		.action(async ({ config, json, take = [] }: Options) => {
			const show = async () => showPlan({ take: placesOf(take), undo: false }, json ?? false, deps(config));
			await line.end(show());
		});
	for (const undo of [false, true]) {
		const command = common(dns.command(undo ? "undo" : "apply"))
			.description(
				undo
					? "takes the last apply back; what others added since stays"
					: "makes the changes of the plan, all at once, and watches them at the name servers",
			)
			.option("--yes", "do not ask")
			.option("--large", "also when more than a third of the zone is changed or deleted");
		if (!undo) command.option(...take);
		command.action(async ({ config, yes, large, take = [] }: Options) => {
			const given = { yes: yes ?? false, large: large ?? false };
			await line.end((async () => carryOut({ take: placesOf(take), undo }, given, deps(config)))());
		});
	}
	common(dns.command("policy"))
		.description("prints the policies that are enough for the token at deSEC, in the order to make them in")
		.option("--token-id <id>", "compare with what the token of this id has; exits 1 when one is missing")
		.action(async ({ config, tokenId = "" }: Options & { tokenId?: string }) => {
			await line.end(showPolicies(tokenId, deps(config)));
		});
	common(dns.command("export"))
		.description("prints the zones as files for another provider")
		.action(async ({ config }: Options) => {
			await line.end(printed(line.order(config, "dns-export", "")));
		});
	return dns;
}

/** Shows the plan; 1 when there is something to do or to decide. */
export async function showPlan(asked: AskedPlan, json: boolean, deps: DnsCommandDeps): Promise<number> {
	const plans = JSON.parse(await deps.ask("dns-plan", JSON.stringify(asked))) as ShownPlan[];
	deps.out.write(json ? `${plainJson(plans)}\n` : plainLines(plans.map(planText).join("\n")));
	return plans.some(({ changes }) => changes.length > 0) ? somethingToDo : 0;
}

/** Shows the policies that are enough; 1 when the token lacks one. */
export async function showPolicies(tokenId: string, { ask, out }: DnsCommandDeps): Promise<number> {
	const { wanted, missing, beyond } = JSON.parse(await ask("dns-policy", tokenId)) as ShownPolicies;
	const parts = missing
		? [
				missing.length > 0 ? `missing:\n${policyText(missing)}` : "the token has all that it needs",
				...((beyond ?? []).length > 0 ? [`not needed:\n${policyText(beyond!)}`] : []),
			]
		: [policyText(wanted)];
	out.write(plainLines(`${parts.join("\n\n")}\n`));
	return missing && missing.length > 0 ? somethingToDo : 0;
}

/** Shows the plan, asks for a yes, and has exactly that plan carried out. */
export async function carryOut(
	asked: AskedPlan,
	given: { yes: boolean; large: boolean },
	deps: DnsCommandDeps,
): Promise<number> {
	const plans = JSON.parse(await deps.ask("dns-plan", JSON.stringify(asked))) as ShownPlan[];
	deps.out.write(plainLines(plans.map(planText).join("\n")));
	const due = plans.filter(({ changes }) => changes.length > 0);
	if (due.length === 0 && (asked.undo || plans.every(({ right }) => right.length === 0))) return 0;
	if (due.length > 0) {
		const question = { text: "Make these changes?", flag: "--yes", proposal: false };
		if (!(await deps.prompt.yes({ ...question, given: given.yes || undefined }))) return nothingChanged(deps);
	}
	for (const { zone, asksAgain } of due) {
		if (!asksAgain) continue;
		const named = await deps.prompt.text({
			...{ text: `${asksAgain}. To go on, write the zone's name`, flag: "--large" },
			given: given.large ? zone : undefined,
			wrong: (answer) =>
				answer === "" || answer === zone ? undefined : `expected ${zone}, or nothing to leave it`,
		});
		if (named !== zone) return nothingChanged(deps);
	}
	const agreed = Object.fromEntries(plans.map(({ zone, digest }) => [zone, digest]));
	const order: AskedApply = { ...asked, agreed };
	const done = JSON.parse(await deps.ask("dns-apply", JSON.stringify(order))) as ShownApply[];
	deps.out.write(plainLines(done.map((one) => applyText(one, deps.program)).join("")));
	return done.every(({ visible }) => "after" in visible) ? 0 : somethingToDo;
}

function nothingChanged({ out }: DnsCommandDeps): number {
	out.write("nothing was changed\n");
	return somethingToDo;
}

/** Prints the text that a command answered. */
export async function printed(answer: Promise<string>): Promise<number> {
	process.stdout.write(plainLines(JSON.parse(await answer) as string));
	return 0;
}

/** `NAME TYPE` pairs, as the command line has them: one word after the other. */
function placesOf(words: readonly string[]): AskedPlan["take"] {
	const flat = words.flatMap((word) => word.split(/\s+/)).filter(Boolean);
	if (flat.length % 2 === 1)
		throw new HeimwegError(
			`--take wants a name and a type, like "--take example.org MX", and got "${flat.join(" ")}"`,
		);
	return Array.from({ length: flat.length / 2 }, (_, at) => ({
		name: flat[2 * at]!.toLowerCase().replace(/\.$/, ""),
		type: flat[2 * at + 1]!.toUpperCase(),
	}));
}
