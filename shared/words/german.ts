import { checks } from "./german/checks.ts";
import { clients } from "./german/clients.ts";
import { dns } from "./german/dns.ts";
import { doctor } from "./german/doctor.ts";
import { help } from "./german/help.ts";
import { home } from "./german/home.ts";
import { joining } from "./german/joining.ts";
import { machine } from "./german/machine.ts";
import { mailWay } from "./german/mail-way.ts";
import { postfix } from "./german/postfix.ts";
import { records } from "./german/records.ts";
import { relay } from "./german/relay.ts";
import { relayDoctor } from "./german/relay-doctor.ts";
import { setting } from "./german/setting.ts";
import { status } from "./german/status.ts";
import { type Catalogue, type Grammar, translator } from "./translate.ts";

/**
 * What is said in German. Advice is in the infinitive, so that nobody is addressed; commands, options and what stands in
 * files stay as they are. A home is a Heimserver, a map a Tabelle, a record an Eintrag.
 */
export const germanCatalogue: Catalogue = {
	...{ ...status, ...home, ...relay, ...postfix, ...dns, ...machine },
	...{ ...setting, ...joining, ...clients, ...records, ...help },
	...{ ...doctor, ...checks, ...relayDoctor, ...mailWay },
};

/** Articles by the case that a sentence asks for; what begins with none of them, such as a host's name, stays. */
const articles: Record<string, Record<string, string>> = {
	dat: {
		der: "dem",
		das: "dem",
		die: "der",
		dieser: "diesem",
		dieses: "diesem",
		ein: "einem",
		andere: "anderen",
	},
};

const grammar: Grammar = {
	inCase(text, form) {
		if (form === "von" || form === "zu") {
			const after = this.inCase(text, "dat");
			return after.startsWith("dem ")
				? `${form === "von" ? "vom" : "zum"} ${after.slice(4)}`
				: `${form} ${after}`;
		}
		const known = articles[form] ?? {};
		const [, words = ""] = /^((?:[a-z]+ )+)(?=[A-Z])/.exec(text) ?? [];
		return words.replace(/[a-z]+/g, (word) => known[word] ?? word) + text.slice(words.length);
	},
};

export const german = translator(germanCatalogue, grammar);
