import type { Address } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { MailDomain } from "../../shared/dns/wanted/mail-domain.ts";
import type { Check } from "../../shared/doctor/check.ts";
import type { SeeDisk } from "../../shared/doctor/disks.ts";
import type { Dns } from "../../shared/doctor/dns/dns.ts";
import type { SeeHttps } from "../../shared/doctor/https.ts";
import type { SmtpQuestion, SmtpSeen } from "../../shared/doctor/smtp/look.ts";
import type { SeeTls } from "../../shared/doctor/tls.ts";
import type { DnsConfig } from "../dns/config.ts";
import type { Told } from "./told.ts";

/** What is known of this home before anything is looked at. */
export interface HomeKnown {
	/** What the daemon told; undefined when it could not be asked. */
	told: Told | undefined;
	/** `[dns]` of the configuration: Heimweg writes to the zones. Undefined where there is none, or it cannot be read. */
	dns: DnsConfig | undefined;
	/** The relay's addresses in the tunnel. */
	relay: readonly Address[];
	/** The names that mail programs use. */
	names: readonly string[];
	domains: readonly MailDomain[];
}

/** What is known of one of its mail domains. */
export interface DomainKnown {
	mail: MailDomain;
	/** Heimweg writes to the domain's zone: what it wants there is applied by a command. */
	managed: boolean;
	home: HomeKnown;
}

/** What one looks with at home. */
export interface HomeEyes {
	dns: Dns;
	tls: SeeTls;
	https: SeeHttps;
	/** Speaks to a mail server as a stranger. */
	smtp(question: SmtpQuestion): Promise<SmtpSeen>;
	run: RunCommand;
	/** The text of a file; throws as node:fs does. */
	read(path: string): Promise<string>;
	/** The names in a folder; throws as node:fs does. */
	list(path: string): Promise<string[]>;
	disk: SeeDisk;
	/** When each mail in Postfix's queue came, in seconds since 1970; throws when it cannot be read. */
	queue(): Promise<number[]>;
	now(): Date;
}

export type DomainCheck = Check<DomainKnown, HomeEyes>;
export type HomeCheck = Check<HomeKnown, HomeEyes>;
