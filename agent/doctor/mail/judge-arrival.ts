import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import type { Journey } from "./journey.ts";
import { type Hop, hopsOf, resultsBy } from "./message.ts";

/** A mail that came through the relay into the mailbox. */
export interface Arrival {
	/** What the codes begin with. */
	prefix: "mail" | "stranger_mail";
	to: string;
	/** The relay's name, by which its filters sign their results. */
	relay: string;
	text: string;
	journey: Journey | undefined;
	/** Milliseconds from the relay's yes to the mailbox. */
	took: number | undefined;
}

/** What the relay's filters say of it, whether who brought it is still known here, and each hop. Pure. */
export function judgeArrival(arrival: Arrival): Finding[] {
	const { prefix, relay, text } = arrival;
	const results = resultsBy(text, relay);
	const said = results && Object.entries(results).map(([method, result]) => `${method}=${result}`);
	return [
		{
			...{ code: `${prefix}_results`, severity: "well", subject: relay, source: "RFC 8601" },
			found: said
				? say`its filters say: ${said.join(", ") || "-"}`
				: say`its filters say nothing of SPF, DKIM and DMARC`,
		},
		...judgeClient(arrival),
		...judgeHops(hopsOf(text), arrival),
	];
}

/** Who brought it to the relay is known here, too: filters and bans at home go by it. */
function judgeClient({ prefix, journey, to }: Arrival): Finding[] {
	if (!journey?.client) return [];
	const source = "https://www.postfix.org/XFORWARD_README.html";
	if (journey.originalClient)
		return [
			{
				...{ code: `${prefix}_client_known`, severity: "well", subject: journey.client, source },
				found: say`it tells who brought the mail to it: ${journey.originalClient}`,
			},
		];
	return [
		{
			...{ code: `${prefix}_client_lost`, severity: "todo", subject: to, turn: "home", source },
			found: say`here it came from ${journey.client}, and who brought it to the relay is lost on the way`,
			wanted: say`Postfix here lets the relay tell it (smtpd_authorized_xforward_hosts)`,
			line: "heimweg postfix --apply",
		},
	];
}

function judgeHops(hops: readonly Hop[], { prefix, journey, took, to }: Arrival): Finding[] {
	const shown = hops.map(({ from, by, at }, place): Finding => {
		const before = hops[place - 1]?.at;
		const seconds = at && before ? (at.getTime() - before.getTime()) / 1000 : 0;
		return {
			...{ code: `${prefix}_hop`, severity: "well", subject: by, source: "RFC 5321, 4.4" },
			found: from ? say`from ${from}, after ${seconds} s` : say`here it began`,
		};
	});
	const seconds = ((took ?? 0) / 1000).toFixed(1);
	return [
		...shown,
		{
			...{ code: `${prefix}_arrived`, severity: "well", subject: to },
			found: say`it lay in the mailbox ${seconds} s after the relay had taken it (${journey?.relay ?? ""}: ${journey?.text ?? ""})`,
		},
	];
}
