import { readdir } from "node:fs/promises";
import type { RunCommand } from "../../shared/command.ts";
import { seeDisk } from "../../shared/doctor/disks.ts";
import { createDns, type Dns } from "../../shared/doctor/dns/dns.ts";
import type { Finding } from "../../shared/doctor/finding.ts";
import { seeHttps } from "../../shared/doctor/https.ts";
import { report } from "../../shared/doctor/report.ts";
import { lookAtSmtp } from "../../shared/doctor/smtp/look.ts";
import { seeTls } from "../../shared/doctor/tls.ts";
import { type Asked, readTold } from "../../shared/doctor/told.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { listQueue } from "../../shared/postfix/queue.ts";
import { readRegularFile } from "../../shared/regular-file.ts";
import { type Speak, say } from "../../shared/words/say.ts";
import type { AgentCore } from "../config.ts";
import { type DnsConfig, dnsShape } from "../dns/config.ts";
import { mailDomain } from "../dns/mail-domains.ts";
import type { examineHome } from "./examine-home.ts";
import { relayFindings, together } from "./from-relay.ts";
import type { HomeEyes, HomeKnown } from "./known.ts";
import { seeMail } from "./mail/command.ts";
import type { SendDeps } from "./mail/send.ts";
import { type Told, toldSchema } from "./told.ts";

/** The largest file that is looked at, in bytes. */
const largest = 1024 * 1024;

export type HomeConfig = Pick<AgentCore, "relays" | "mail"> & { dns?: DnsConfig | undefined };

/** What is known before anything is looked at. */
export interface Beforehand {
	/** Undefined where the configuration cannot be read: then only what everybody can see is looked at. */
	config: HomeConfig | undefined;
	/** Domains to look at; those of the configuration when there is none. */
	domains: readonly string[];
	asked: Asked;
	/** The mailbox to which a mail is sent to see its way; undefined: none is sent. */
	mail?: string | undefined;
	/** Has the relay send a mail to a mailbox as a stranger's; resolves to its Message-ID. */
	askStranger?: (to: string) => Promise<string>;
	/** What the relay finds at itself; undefined: it is not asked. */
	relay?: Promise<Asked>;
}

export interface DoctorDeps {
	examine: typeof examineHome;
	run: RunCommand;
	out: { write(text: string): unknown };
	speak: Speak;
	dns?: () => Dns;
	/** In the place of this machine's own. */
	eyes?: Partial<Omit<HomeEyes, "dns" | "run" | "now">>;
	/** In the place of what a mail is sent with. */
	mailSteps?: Partial<SendDeps>;
	now?: () => Date;
}

/** The command `doctor`: looks, prints what it found, and resolves to the exit status: 0, 1 something to do, 2 mail is at risk. */
export async function doctorCommand(
	beforehand: Beforehand,
	json: boolean,
	deps: DoctorDeps,
): Promise<0 | 1 | 2> {
	return report(() => examineAll(beforehand, deps), { json, ...deps });
}

/** Looks at everything that can be looked at with what is known. Throws only where no mail can be sent that should be. */
export async function examineAll(beforehand: Beforehand, deps: DoctorDeps): Promise<Finding[]> {
	const { dns = () => createDns(), now = () => new Date(), run } = deps;
	const { told, lack } = readTold(beforehand.asked, toldSchema, { program: "heimweg", turn: "home" });
	const home = await knownHome(beforehand, told, dns());
	const eyes = (): HomeEyes => ({ ...ownEyes, ...deps.eyes, dns: dns(), run, now });
	const [seen, way] = await Promise.all([
		deps.examine(home, eyes),
		beforehand.mail === undefined
			? []
			: wayOf(beforehand.mail, home, { ...deps, dns: dns(), askStranger: beforehand.askStranger }),
	]);
	const found = [...lack, ...seen, ...way];
	return beforehand.relay ? together(found, relayFindings(await beforehand.relay)) : found;
}

/** Sends a mail on its whole way. */
async function wayOf(
	to: string,
	{ relay: [relay], domains, told }: HomeKnown,
	{
		run,
		dns,
		askStranger,
		mailSteps = {},
	}: Omit<DoctorDeps, "dns"> & { dns: Dns } & Pick<Beforehand, "askStranger">,
): Promise<Finding[]> {
	if (!relay)
		throw new HeimwegError(say`--mail: the configuration names no relay, or may not be read`, {
			remedy: "run it as root",
		});
	const wish = { to, relay, relayName: told?.relay?.name, domains: domains.map(({ domain }) => domain) };
	return seeMail(wish, { run, dns, askStranger, ...mailSteps });
}

/** What is known of this home and its mail domains, from where each is known. */
async function knownHome(
	{ config, domains }: Beforehand,
	told: Told | undefined,
	dns: Dns,
): Promise<HomeKnown> {
	const dnsConfig = config?.dns ?? { names: [], mail: defaultMail };
	const all = domains.length > 0 ? domains : (config?.dns?.mail.domains ?? config?.mail?.domains ?? []);
	const mails = await Promise.all(
		all.map(async (domain) => {
			const zone = await dns.zoneOf(domain);
			return mailDomain(domain, "is" in zone ? domain : zone.zone, dnsConfig, {
				relay: told?.relay,
				keys: told?.keys,
				ports: told?.ports ?? [],
				homeAddresses: told?.homeAddresses ?? [],
			});
		}),
	);
	return {
		...{ told, dns: config?.dns, domains: mails, names: config?.dns?.names ?? [] },
		relay: config?.relays.flatMap(({ addresses }) => addresses) ?? [],
	};
}

/** How this machine is looked at. */
const ownEyes: Omit<HomeEyes, "dns" | "run" | "now"> = {
	...{ tls: seeTls, https: seeHttps, smtp: lookAtSmtp, list: readdir, disk: seeDisk },
	read: async (path) => (await readRegularFile(path, { limit: largest })).bytes.toString("utf8"),
	async queue() {
		const arrivals: number[] = [];
		for await (const { arrival_time } of listQueue()) arrivals.push(arrival_time);
		return arrivals;
	},
};

const defaultMail: DnsConfig["mail"] = dnsShape.dns.parse({ names: ["example.org"] })!.mail;
