import { type Cidr, inNetwork, parseAddress } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { seeDisk } from "../../shared/doctor/disks.ts";
import { recordsIn } from "../../shared/doctor/dns/answer.ts";
import { createDns, type Dns } from "../../shared/doctor/dns/dns.ts";
import type { Finding } from "../../shared/doctor/finding.ts";
import { report } from "../../shared/doctor/report.ts";
import { connects } from "../../shared/doctor/smtp/connects.ts";
import { lookAtSmtp, type SmtpQuestion, type SmtpSeen } from "../../shared/doctor/smtp/look.ts";
import { type Asked, readTold } from "../../shared/doctor/told.ts";
import type { Speak } from "../../shared/words/say.ts";
import { publicAddresses } from "../own-name.ts";
import { examineRelay } from "./examine-relay.ts";
import type { RelayEyes, RelayKnown } from "./known.ts";
import { type Told, type ToldCondition, toldSchema } from "./told.ts";

/** What is known before anything is looked at. */
export interface Beforehand {
	/** Networks inside the tunnel, and those that count as the internet's; none when the configuration cannot be read. */
	inside: readonly Cidr[];
	alsoPublic: readonly Cidr[];
	/** Domains to look at; those that the daemon names when there is none. */
	domains: readonly string[];
	/** What the daemon told, or why it could not be asked; undefined: it is not to be asked. */
	asked: Asked | undefined;
}

export interface RelayDoctorDeps {
	run: RunCommand;
	out: { write(text: string): unknown };
	speak: Speak;
	dns?: () => Dns;
	smtp?: (question: SmtpQuestion) => Promise<SmtpSeen>;
	connects?: RelayEyes["connects"];
	disk?: RelayEyes["disk"];
	addresses?: () => string[];
	now?: () => Date;
	/** In the place of the usual ones. */
	times?: { betweenTries?: number; lookTime?: number };
}

/** The command `doctor` of the relay: looks, prints what it found, and resolves to the exit status: 0, 1 something to do, 2 mail is at risk. */
export async function relayDoctor(
	beforehand: Beforehand,
	json: boolean,
	deps: RelayDoctorDeps,
): Promise<0 | 1 | 2> {
	return report(() => examineAll(beforehand, deps), { json, ...deps });
}

/** Looks at everything that can be looked at with what is known. Throws when Postfix is not there. */
export async function examineAll(beforehand: Beforehand, deps: RelayDoctorDeps): Promise<Finding[]> {
	const { run, now = () => new Date(), dns = () => createDns(), times } = deps;
	const { told, lack } = readTold(beforehand.asked, toldSchema, { program: "heimweg-relay", turn: "relay" });
	const known = await whatItIs(beforehand, told, deps);
	const eyes = (): RelayEyes => {
		const seen = new Map<string, Promise<SmtpSeen>>();
		return {
			...{ dns: dns(), run, now, connects: deps.connects ?? connects, disk: deps.disk ?? seeDisk },
			smtp(question) {
				const key = JSON.stringify(question);
				const known = seen.get(key) ?? (deps.smtp ?? lookAtSmtp)(question);
				seen.set(key, known);
				return known;
			},
		};
	};
	const found = await examineRelay(known, eyes, times);
	return [...lack, ...found, ...(told?.conditions ?? []).map(asFinding)];
}

async function whatItIs(
	{ inside, alsoPublic, domains }: Beforehand,
	told: Told | undefined,
	{ run, dns = () => createDns(), addresses }: RelayDoctorDeps,
): Promise<RelayKnown> {
	const name = (await run("postconf", ["-xh", "myhostname"])).trim().toLowerCase();
	const own = (addresses?.() ?? publicAddresses(alsoPublic)).map(parseAddress);
	const outside = own.filter((one) => !inside.some((network) => inNetwork(one, network)));
	const asking = dns();
	const forward = await Promise.all([asking.ask(name, "A"), asking.ask(name, "AAAA")]);
	return {
		name,
		// Behind a hoster's NAT the machine does not know its own, and its name does.
		addresses: outside.length > 0 ? outside : forward.flatMap(recordsIn).map(parseAddress),
		domains: domains.length > 0 ? domains : (told?.domains ?? []),
		told,
	};
}

/** What the daemon has found is told by its own words: there is one truth. */
function asFinding({ code, subject, severity, text, remedy }: ToldCondition): Finding {
	return {
		...{ code: code.replace(".", "_"), severity: severity === "error" ? "risk" : "todo" },
		...{ subject: subject || "heimweg-relay", found: text, wanted: remedy, turn: "relay" },
		line: "heimweg-relay status",
	};
}
