import { expect, test } from "vitest";
import { languageOf } from "../../../shared/words/language.ts";
import { speech } from "../../../shared/words/speech.ts";

test("the language is what LC_ALL, LC_MESSAGES or LANG say, the first that is set", () => {
	const code = (environment: NodeJS.ProcessEnv) => languageOf(environment).code;
	expect(code({})).toBe("en");
	expect(code({ LANG: "de_DE.UTF-8" })).toBe("de");
	expect(code({ LANG: "de_AT@euro" })).toBe("de");
	expect(code({ LANG: "de_DE.UTF-8", LC_MESSAGES: "en_GB.UTF-8" })).toBe("en");
	expect(code({ LANG: "en_GB.UTF-8", LC_MESSAGES: "de_CH.UTF-8" })).toBe("de");
	expect(code({ LANG: "de_DE.UTF-8", LC_MESSAGES: "de_DE.UTF-8", LC_ALL: "C.UTF-8" })).toBe("en");
	expect(code({ LANG: "de_DE.UTF-8", LC_ALL: "" })).toBe("de");
	expect(code({ LANG: "tlh_QO.UTF-8" })).toBe("en");
	expect(code({ LANG: "../../etc/passwd" })).toBe("en");
});

test("LANGUAGE names languages by preference, unless the locale is C", () => {
	const code = (environment: NodeJS.ProcessEnv) => languageOf(environment).code;
	expect(code({ LANG: "en_GB.UTF-8", LANGUAGE: "de:en" })).toBe("de");
	expect(code({ LANG: "de_DE.UTF-8", LANGUAGE: "en_GB:de" })).toBe("en");
	expect(code({ LANG: "en_GB.UTF-8", LANGUAGE: "fr:de_AT:en" })).toBe("de");
	expect(code({ LANG: "C", LANGUAGE: "de" })).toBe("en");
	expect(code({ LANGUAGE: "de" })).toBe("en");
});

test("a terminal that is not in UTF-8 gets German without umlauts", async () => {
	const wrong = "Postfix cannot open one of its tables";
	const said = async (environment: NodeJS.ProcessEnv) => (await speech(environment))(wrong);
	expect(await said({ LANG: "de_DE.UTF-8" })).toBe("Postfix kann eine seiner Tabellen nicht öffnen");
	expect(await said({ LANG: "de_DE" })).toBe("Postfix kann eine seiner Tabellen nicht oeffnen");
	expect(await said({ LANG: "de_DE.UTF-8", LC_CTYPE: "de_DE.ISO-8859-1" })).toContain("oeffnen");
	expect(await said({ LANG: "fr_FR.UTF-8" })).toBe(wrong);
});
