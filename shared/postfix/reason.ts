import { say } from "../words/say.ts";
import {
	answered,
	answers,
	deliveries,
	findings,
	type ReasonKind,
	type ReasonRule,
	unheard,
} from "./reason-rules.ts";

export interface Reason {
	kind: ReasonKind;
	/** Where it has to be mended: this machine, or the one that mail was to go to. */
	at: ReasonRule["at"];
	/** The name of that machine, for people. */
	machine: string;
	/** What is wrong, as a clause. */
	cause: string;
	/** The first step, as a clause. */
	advice: string;
}

/** How the two machines are called in sentences, such as "this relay" and "the home anna". */
export interface Machines {
	here: string;
	/** Without it, the name in the text. */
	there?: string;
}

/**
 * What the reason that Postfix notes of a mail (`delay_reason` in `postqueue -j`, or the words in brackets in its log) means:
 * what is wrong, on which machine, and what to do first. Any text is understood somehow.
 */
export function reasonOf(text: string, machines: Machines): Reason {
	const words = text.replace(/^(?:delivery temporarily suspended: )+/, "").trim();
	const answer = /^host (\S+?)(?:\[([^\]]*)\])? (?:said|refused to talk to me): (.*)$/s.exec(words);
	if (answer) {
		const [, host, place = "", said = ""] = answer;
		// Where another machine's address would stand is the path of a socket: who answered is on this one.
		const isSocket = place.includes("/");
		const rules = isSocket ? [...deliveries, ...answers] : answers;
		const rule = rules.find((one) => one.text.test(said)) ?? answered;
		return worded(rule, isSocket ? { ...machines, there: machines.here } : machines, host);
	}
	const rule = findings.find((one) => one.text.test(words)) ?? unheard;
	return worded(rule, machines, /(?:connect to|by host|with|of server) ([^\s[]+)\[/.exec(words)?.[1]);
}

function worded(
	{ kind, at, cause, advice }: ReasonRule,
	machines: Machines,
	host: string | undefined,
): Reason {
	const there = machines.there ?? host ?? say`the other machine`;
	const put = (text: string) =>
		text.replace(/\bT?HERE\b/g, (word) => (word === "HERE" ? machines.here : there));
	const machine = at === "here" ? machines.here : at === "there" ? there : "";
	return { kind, at, machine, cause: put(cause), advice: put(advice) };
}
