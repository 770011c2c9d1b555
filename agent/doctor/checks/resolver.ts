import { randomBytes } from "node:crypto";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, type Trouble, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Message } from "../../../shared/doctor/dns/message.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

const source = "RFC 8020; RFC 7766";

interface Seen {
	/** What it says of a name that cannot exist (RFC 6761, 6.4). */
	invented: Answer;
	/** By resolver: what it says of the root. */
	each: Array<{ name: string; said: Message | Trouble }>;
}

/** This machine's resolvers: each answers, and none invents names. */
export const resolver = check<HomeKnown, HomeEyes, Seen>({
	name: "resolver",

	async look(_, { dns }) {
		const [invented, ...each] = await Promise.all([
			dns.ask(`${randomBytes(6).toString("hex")}.invalid`, "A"),
			...dns.resolvers.map(async (place) => ({
				name: place.name,
				said: await dns.at(place, { name: ".", type: "NS", recursive: true }),
			})),
		]);
		return { invented, each };
	},

	judge({ invented, each }) {
		const subject = "resolver";
		if (invented.is === "there")
			return [
				{
					...{ code: "resolver_invents", severity: "risk", subject, turn: "home", source },
					found: say`it gives an address for a name that does not exist: ${invented.records.join(", ")}`,
					wanted: say`a resolver that says so when there is nothing, or mail to slips of the pen waits for days`,
					line: "apt install unbound",
				},
			];
		const failing = each.flatMap(({ name, said }) => ("is" in said ? [{ name, said }] : []));
		if (failing.length === 0)
			return [
				{ code: "resolver_well", severity: "well", subject, found: each.map(({ name }) => name).join(", ") },
			];
		const all = failing.length === each.length;
		return failing.map(({ name, said }) => ({
			...{ code: "resolver_fails", severity: all ? "risk" : "todo", subject: name, turn: "home" },
			found: troubleText(said),
			wanted: say`resolvers that answer, in /etc/resolv.conf`,
			line: `dig @${name} . NS`,
			source: "resolv.conf(5)",
		}));
	},
});
