import type { RunCommand } from "../../shared/command.ts";
import type { Health } from "../../shared/health.ts";
import { inTurn } from "../../shared/ticks.ts";
import { recipientUse } from "../postfix/apply.ts";
import { listsNotUsed } from "./conditions.ts";

/** Whether Postfix asks our map who is valid: until it does, everybody is. And its recipient_delimiter. */
export interface Use {
	look(): Promise<void>;
	/** The characters that every smtpd(8) takes for a delimiter; undefined while they are not known. */
	delimiters(): string | undefined;
}

export function createUse(options: {
	run: RunCommand;
	/** How Postfix's parameters name the map. */
	map: string;
	/** The delimiters are others than before. */
	onChange(): void;
	health: Health;
}): Use {
	let delimiters: string | undefined;
	/** As main.cf had them at the last look, which a process of Postfix's learns when it is started anew. */
	let last: string | undefined;
	return {
		delimiters: () => delimiters,
		look: inTurn(async () => {
			const use = await recipientUse(options.run, options.map).catch(() => undefined);
			if (!use) return;
			options.health.put(listsNotUsed, "", use.used ? undefined : { map: options.map });
			const known = last ?? use.delimiters;
			const inBoth = [...use.delimiters].filter((one) => known.includes(one)).join("");
			last = use.delimiters;
			if (delimiters === inBoth) return;
			delimiters = inBoth;
			options.onChange();
		}),
	};
}
