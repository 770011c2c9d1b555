import { type Language, languageOf } from "./language.ts";
import { english, type Speak } from "./say.ts";

/**
 * How to speak to whoever runs a command: in the language of the environment. The catalogue is read only here, and only
 * by commands: the daemons write English, which their logs are searched in.
 */
export async function speech(environment: NodeJS.ProcessEnv = process.env): Promise<Speak> {
	const { code, unicode }: Language = languageOf(environment);
	if (code !== "de") return english;
	// A file of its own: where only the program was installed, it speaks English.
	const { german } = await import("./german.ts").catch(() => ({ german: english }));
	return unicode ? german : (sentence) => inAscii(german(sentence));
}

const ascii: Record<string, string> = {
	...{ ä: "ae", ö: "oe", ü: "ue", Ä: "Ae", Ö: "Oe", Ü: "Ue", ß: "ss", "–": "-", "…": "..." },
};

/** For a terminal whose locale is not UTF-8. */
function inAscii(text: string): string {
	return text.replace(/[^ -~]/g, (sign) => ascii[sign] ?? sign);
}
