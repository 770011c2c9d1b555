import { plainText } from "../plain-text.ts";
import { english, type Speak, say } from "../words/say.ts";
import type { Finding, Severity, Turn } from "./finding.ts";

/** What is worst comes first. */
const order: readonly Severity[] = ["risk", "todo", "not_known", "well"];

const words: Record<Severity, string> = {
	risk: say`RISK`,
	todo: say`TO DO`,
	not_known: say`NOT KNOWN`,
	well: say`well`,
};

const turns: Record<Turn, string> = {
	home: say`you, at home`,
	relay: say`the relay's owner`,
	registrar: say`the domain's registrar`,
	hoster: say`the relay's hoster`,
	dns: say`who hosts the zone`,
};

/** The findings as a person reads them: what is wrong first, each with whose turn it is and the line that mends it. */
export function findingsText(findings: readonly Finding[], speak: Speak = english): string {
	const sorted = order.flatMap((severity) => findings.filter((one) => one.severity === severity));
	const width = Math.max(0, ...order.map((severity) => speak(words[severity]).length));
	const shown = (text: string) => plainText(speak(text));
	const lines = sorted.flatMap(({ severity, subject, code, found, wanted, turn, line, source }) => [
		`${shown(words[severity]).padEnd(width)}  ${plainText(subject)}: ${shown(found)}  [${code}]`,
		...(severity !== "well" && wanted ? [`    ${shown(say`wanted: ${wanted}`)}`] : []),
		...(turn ? [`    ${shown(say`whose turn: ${turns[turn]}`)}`] : []),
		// Records are typed or set one by one.
		...(line ? line.split("\n").map((one) => `    ${plainText(one)}`) : []),
		...(severity !== "well" && source ? [`    ${shown(say`see ${source}`)}`] : []),
	]);
	const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
	const sum = say`${count("well")} well, ${count("todo")} to do, ${count("risk")} at risk, ${count("not_known")} not known`;
	return `${[...lines, "", shown(sum)].join("\n")}\n`;
}
