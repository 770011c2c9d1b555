import { expect, test } from "vitest";
import { german, germanCatalogue } from "../../../shared/words/german.ts";
import { translator } from "../../../shared/words/translate.ts";

const speak = translator(
	{
		"the relay says: {0}": "das Relay meldet: {0}",
		"mail for {0} waits": "Mail für {0} wartet",
		"{0#} mails wait": "{0} Mails warten",
		"{0.} names {1}, and {2}": "{0} nennt {1}, und {2}",
		"{0~} ago: {1}": "vor {0}: {1}",
		"at {0@}: {1}": "um {0}: {1}",
		"on {0}, look": "auf {0:dat} nachsehen",
		"this relay": "dieses Relay",
		"nothing is there": "nichts ist da",
		keys: "Schlüssel",
	},
	{ inCase: (text, form) => `${form}(${text})` },
);

test("a sentence is known by its shape, and what is put in is said as it is", () => {
	expect(speak("nothing is there")).toBe("nichts ist da");
	expect(speak("mail for anna@example.org waits")).toBe("Mail für anna@example.org wartet");
	expect(speak("mail for  waits")).toBe("Mail für  wartet");
	expect(speak("mail for nobody")).toBe("mail for nobody");
});

test("sentences within sentences, beside each other and in brackets are said too", () => {
	expect(speak("the relay says: nothing is there")).toBe("das Relay meldet: nichts ist da");
	expect(speak("5 min ago: mail for anna waits; nothing is there; gibberish")).toBe(
		"vor 5 min: Mail für anna wartet; nichts ist da; gibberish",
	);
	expect(speak("mail for anna waits (nothing is there)")).toBe("Mail für anna wartet (nichts ist da)");
	expect(speak("on this relay, look")).toBe("auf dat(dieses Relay) nachsehen");
});

test("what does not fit is not taken for a sentence", () => {
	expect(speak("many mails wait")).toBe("many mails wait");
	expect(speak("2 mails wait")).toBe("2 Mails warten");
	expect(speak("long ago: nothing is there")).toBe("long ago: nothing is there");
	expect(speak("at noon: nothing is there")).toBe("at noon: nothing is there");
	expect(speak("at 2030-01-02 12:03 UTC: nothing is there")).toBe("um 2030-01-02 12:03 UTC: nichts ist da");
	expect(speak("who names it, and who")).toBe("who nennt it, und who");
	expect(speak("he who names it, and who")).toBe("he who names it, and who");
});

test("a single word that is put in is a name, and stays", () => {
	expect(speak("keys")).toBe("Schlüssel");
	expect(speak("mail for keys waits")).toBe("Mail für keys wartet");
});

test("each German sentence is found again, whatever is put in", () => {
	const examples: Record<string, string[]> = {
		"#": ["1", "20"],
		".": ["anna", '"x"'],
		"@": ["12:03 UTC", "2030-01-02 12:03:04 UTC"],
		"~": ["5 s", "3 h 5 min"],
		"": ["host b.example said: 550 5.7.1 no; come back", "a, b, c"],
	};
	const wrong: string[] = [];
	for (const [key, said] of Object.entries(germanCatalogue)) {
		for (const round of [0, 1]) {
			const values: string[] = [];
			const english = key.replace(/\{\d+([#.@~]?)\}/g, (_, kind: string) => {
				const all = examples[kind]!;
				values.push(all[round % all.length]!);
				return values.at(-1)!;
			});
			const wanted = said.replace(/\{(\d+)(?::(\w+))?\}/g, (_, at: string, form: string | undefined) =>
				form === "von" || form === "zu" ? `${form} ${values[Number(at)]}` : values[Number(at)]!,
			);
			if (german(english) !== wanted) wrong.push(`${key}: ${german(english)}`);
		}
	}
	expect(wrong).toEqual([]);
});

test("a text that is made to be read in many ways comes to an end, and stays a text", () => {
	for (const piece of [
		"a: no, b; ",
		"x (",
		": no, ; then  and 3 more; ",
		"1 s ago, after 1 s: ",
		"; it is made anew",
	])
		for (const length of [100, 5_000, 100_000]) {
			const text = piece.repeat(Math.ceil(length / piece.length));
			expect(german(text).length).toBeGreaterThan(length / 2);
		}
});

test("who and where are put into the case that the sentence wants", () => {
	const cases = {
		"the disk of this relay is full": "die Festplatte auf diesem Relay ist voll",
		"the disk of the home anna is full": "die Festplatte auf dem Heimserver anna ist voll",
		"the disk of the other machine is full": "die Festplatte auf dem anderen Rechner ist voll",
		"the disk of mx.example.org is full": "die Festplatte auf mx.example.org ist voll",
		"this home has no way to the relay": "dieser Heimserver hat keinen Weg zum Relay",
	};
	expect(german("mx.example.org does not take mail from this relay")).toBe(
		"mx.example.org nimmt keine Mail von diesem Relay an",
	);
	expect(german("the connection to mx.example.org breaks")).toBe(
		"die Verbindung zu mx.example.org bricht ab",
	);
	for (const [english, wanted] of Object.entries(cases)) expect(german(english)).toBe(wanted);
});
