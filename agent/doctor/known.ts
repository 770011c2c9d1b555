import type { RunCommand } from "../../shared/command.ts";
import type { MailDomain } from "../../shared/dns/wanted/mail-domain.ts";
import type { Check } from "../../shared/doctor/check.ts";
import type { Dns } from "../../shared/doctor/dns/dns.ts";
import type { Told } from "./told.ts";

/** What is known of a mail domain before anything is looked at. */
export interface DomainKnown {
	mail: MailDomain;
	/** Heimweg writes to the domain's zone: what it wants there is applied by a command. */
	managed: boolean;
	/** What the daemon told; undefined when it could not be asked. */
	told: Told | undefined;
}

/** What one looks with at home. */
export interface HomeEyes {
	dns: Dns;
	run: RunCommand;
	now(): Date;
}

export type DomainCheck = Check<DomainKnown, HomeEyes>;
