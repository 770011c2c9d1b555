import { say } from "../../words/say.ts";

/** Why a question was not answered; `server` is who was asked. */
export interface Trouble {
	is: "silent" | "servfail" | "refused" | "garbled" | "not_its_zone" | "unreachable" | "no_server";
	server: string;
}

/** What DNS says of a name and a type. */
export type Answer =
	| {
			is: "there";
			/** In presentation form (RFC 1035, 5.1), as a zone file has them. */
			records: string[];
			/** Seconds. */
			ttl: number;
			/** Where a CNAME leads, when the records are another name's. */
			alias?: string;
	  }
	| {
			is: "nothing";
			/** Not even the name exists (NXDOMAIN). */
			noName: boolean;
			alias?: string;
	  }
	| { is: "unknown"; trouble: Trouble };

/** The records, where there are any. */
export const recordsIn = (answer: Answer): string[] => (answer.is === "there" ? answer.records : []);

/** What went wrong, each in a sentence of its own. */
export function troubleText({ is, server }: Trouble): string {
	switch (is) {
		case "silent":
			return say`the name server ${server} did not answer in time`;
		case "servfail":
			return say`the name server ${server} answers SERVFAIL: it cannot find out, or does not believe what it found`;
		case "refused":
			return say`the name server ${server} refuses to answer`;
		case "garbled":
			return say`the name server ${server} answered something that is no answer to the question`;
		case "not_its_zone":
			return say`the name server ${server} does not serve the zone, although the zone names it`;
		case "unreachable":
			return say`the name server ${server} cannot be reached from here`;
		case "no_server":
			return say`no name server for ${server} is known`;
	}
}
