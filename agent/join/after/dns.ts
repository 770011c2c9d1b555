import { readFile } from "node:fs/promises";
import { policiesFor, policyText } from "../../../shared/dns/zones/policies.ts";
import { isDomain } from "../../../shared/domain-name.ts";
import { messageOf } from "../../../shared/errors.ts";
import { WrongAnswer } from "../../../shared/prompt.ts";
import { sentence } from "../../../shared/sentence.ts";
import { type AfterDeps, type AfterOptions, type Draft, type Joined, usualTokenFile } from "./options.ts";
import { words } from "./words.ts";

/** What `[dns]` is to say, and the token to be written. */
export interface WantedDns {
	names: string[];
	/** Undefined: the file that is there is kept. */
	token: string | undefined;
}

/** How a secret of deSEC's looks. */
const tokenPattern = /^[\x21-\x7e]{8,512}$/;

/** Tries that a mistyped token gets at a terminal. */
const tries = 5;

/** Asks which name is to follow the line, and for the token; undefined when no records are to be kept. */
export async function askDns(
	joined: Joined,
	draft: Draft,
	options: AfterOptions,
	deps: AfterDeps,
): Promise<WantedDns | undefined> {
	const { say, tokenFile } = deps;
	if (options.dns === false && !draft.dns) {
		say(words.noDns);
		return undefined;
	}
	const kept = await readFile(tokenFile, "utf8").catch(() => undefined);
	const names = draft.dns?.names ?? [await askName(joined, options, deps)];
	// A set-up that was made before has its token where it says, which is its owner's to write.
	const elsewhere = draft.dns?.token_file ?? usualTokenFile;
	if (elsewhere !== usualTokenFile) {
		if (options.tokenFile === undefined) return { names, token: undefined };
		throw new WrongAnswer(sentence(words.tokenElsewhere, { config: joined.config, file: elsewhere }));
	}
	if (draft.dns && kept !== undefined && options.tokenFile === undefined) return { names, token: undefined };
	const check = async (token: string) =>
		say(sentence(words.tokenReads, { domain: await deps.zoneOf(names[0]!, token, draft.dns?.api) }));
	if (options.tokenFile === undefined && kept !== undefined) {
		say(sentence(words.tokenKept, { file: tokenFile }));
		await check(kept.trim());
		return { names, token: undefined };
	}
	say(policyFor(joined, names[0]!));
	if (options.tokenFile !== undefined) {
		const token = (await readToken(options.tokenFile)).trim();
		await check(token);
		return { names, token };
	}
	const token = await askToken(check, deps);
	if (token !== undefined || draft.dns) return { names, token };
	say(words.noDns);
	return undefined;
}

function askName({ domains }: Joined, options: AfterOptions, { prompt }: AfterDeps): Promise<string> {
	return prompt.text({
		text: words.askName,
		flag: "--name NAME",
		given: options.name,
		proposal: `mail.${domains[0]}`,
		wrong: (text) => (isDomain(text) ? undefined : words.nameWrong),
	});
}

/** The policies that are enough for the token, as they are typed at deSEC. */
function policyFor({ domains }: Joined, name: string): string {
	const zones = domains.some((one) => name === one || name.endsWith(`.${one}`)) ? domains : [name];
	const policies = policiesFor(
		["A", "AAAA"].map((type) => ({ name, type })),
		zones,
	);
	return sentence(words.policy, { table: policyText(policies).replaceAll(/^/gm, "       ") });
}

async function readToken(file: string): Promise<string> {
	const text = await readFile(file, "utf8").catch((error: unknown) => {
		throw new WrongAnswer(`--token-file: ${messageOf(error)}`);
	});
	if (tokenPattern.test(text.trim())) return text;
	throw new WrongAnswer(`--token-file: ${words.tokenWrong}`);
}

/** Reading is allowed to every token of the account; what it may write is seen when it is used. */
async function askToken(
	check: (token: string) => Promise<void>,
	{ prompt, say }: AfterDeps,
): Promise<string | undefined> {
	for (let left = tries; ; left--) {
		const token = await prompt.secret({
			text: words.askToken,
			flag: "--token-file FILE or --no-dns",
			wrong: (text) => (text === "" || tokenPattern.test(text) ? undefined : words.tokenWrong),
		});
		if (token === "") return undefined;
		try {
			await check(token);
			return token;
		} catch (error) {
			if (left <= 1) throw error;
			say(messageOf(error));
		}
	}
}
