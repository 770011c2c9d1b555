import type { MailDomain } from "../../shared/dns/wanted/mail-domain.ts";
import type { Fault, Wish, Wishes } from "../../shared/dns/wanted/wish.ts";
import { type Answer, recordsIn } from "../../shared/doctor/dns/answer.ts";
import type { Dns } from "../../shared/doctor/dns/dns.ts";
import type { Finding } from "../../shared/doctor/finding.ts";
import { type Gravity, judgeWish, type Mending } from "../../shared/doctor/wish.ts";
import type { DomainKnown } from "./known.ts";

/** What a kind of record wishes for, and what is there in its places. */
export interface SeenRecords {
	wishes: Wishes;
	/** In the order of the wishes. */
	answers: Answer[];
}

/** Looks at the places of all that a kind of record wishes for. */
export async function seeRecords(
	kind: (mail: MailDomain) => Wishes,
	mail: MailDomain,
	dns: Dns,
): Promise<SeenRecords> {
	const wishes = kind(mail);
	return {
		wishes,
		answers: await Promise.all(wishes.wanted.map(({ name, type }) => dns.published(name, type))),
	};
}

/** Judges them; what a kind leaves out because something is not known is not known here either. Pure. */
export function judgeRecords(
	{ wishes, answers }: SeenRecords,
	{ mail, managed }: DomainKnown,
	gravity: Gravity,
): Finding[] {
	const mending: Mending = { turn: "home", line: (wish, taken) => lineFor(wish, managed, taken) };
	return [
		...wishes.wanted.flatMap((wish, at) => judgeWish(wish, answers[at]!, gravity, mending)),
		...wishes.leftOut
			.filter(({ unknown }) => unknown)
			.map(
				({ name, why, remedy }): Finding => ({
					...{ code: `${gravity.prefix}_not_known`, severity: "not_known", subject: name ?? mail.domain },
					...{ found: why, ...(remedy ? { wanted: remedy } : {}) },
				}),
			),
	];
}

/** What is wrong with what is there, where what should be there is not known. Pure. */
export function judgeFaults(
	answer: Answer,
	claims: (record: string) => boolean,
	faults: (present: readonly string[]) => Fault[],
	about: Pick<Finding, "subject" | "source">,
): Finding[] {
	const present = recordsIn(answer).filter(claims);
	return faults(present).map(({ code, so, slight }) => ({
		...{ ...about, code, severity: slight ? "todo" : "risk", turn: "home", found: so },
	}));
}

/** The command that sets what is wished for, or the records, for who sets them elsewhere. */
export function lineFor({ name, type, records }: Wish, managed: boolean, taken: boolean): string {
	if (!managed) return records.map((record) => `${name}. IN ${type} ${record}`).join("\n");
	return taken ? `heimweg dns apply --take ${name} ${type}` : "heimweg dns apply";
}
