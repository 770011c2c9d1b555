import type { Address } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { Check } from "../../shared/doctor/check.ts";
import type { SeeDisk } from "../../shared/doctor/disks.ts";
import type { Dns } from "../../shared/doctor/dns/dns.ts";
import type { SmtpQuestion, SmtpSeen } from "../../shared/doctor/smtp/look.ts";
import type { Told } from "./told.ts";

/** What is known of the relay before anything is looked at. */
export interface RelayKnown {
	/** Postfix's `myhostname`, small letters; it may be no name of the DNS at all. */
	name: string;
	/** Its public addresses. */
	addresses: readonly Address[];
	/** Domains whose mail comes here, as many as are looked at. */
	domains: readonly string[];
	/** What the daemon told; undefined when it could not be asked, or a home asks. */
	told: Told | undefined;
}

/** What one looks with on the relay. */
export interface RelayEyes {
	dns: Dns;
	run: RunCommand;
	now(): Date;
	/** Speaks to a mail server; what was asked once is remembered. */
	smtp(question: SmtpQuestion): Promise<SmtpSeen>;
	disk: SeeDisk;
	/** Whether somebody takes connections there; undefined: there is no way from here. */
	connects(address: string, port: number): Promise<boolean | undefined>;
}

export type RelayCheck = Check<RelayKnown, RelayEyes>;

/** How the relay's own port 25 shows itself, at one of its addresses. */
export const ownPort = ({ smtp }: RelayEyes, { name }: RelayKnown, address: Address): Promise<SmtpSeen> =>
	smtp({ address, name, helo: name });
