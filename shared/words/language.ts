/** What somebody reads, and whether the terminal shows more than ASCII. */
export interface Language {
	code: string;
	unicode: boolean;
}

/** The languages that there is a catalogue for, besides English. */
const known = ["de"];

/**
 * The language that the environment asks for, as gettext finds it: LC_ALL, LC_MESSAGES or LANG name the locale, and
 * LANGUAGE a list of languages by preference, which counts unless the locale is C.
 */
export function languageOf(environment: NodeJS.ProcessEnv): Language {
	const { LC_ALL, LC_MESSAGES, LC_CTYPE, LANG, LANGUAGE } = environment;
	const locale = LC_ALL || LC_MESSAGES || LANG || "C";
	const unicode = /\butf-?8\b/i.test(LC_ALL || LC_CTYPE || LANG || "");
	if (/^(?:C|POSIX)(?:\.|$)/.test(locale)) return { code: "en", unicode };
	for (const wanted of [...(LANGUAGE ?? "").split(":"), locale]) {
		const code = /^[a-z]+/.exec(wanted)?.[0] ?? "";
		if (code === "en" || known.includes(code)) return { code, unicode };
	}
	return { code: "en", unicode };
}
