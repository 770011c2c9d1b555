import type { AddressStatus } from "../../agent/address/part.ts";
import type { DnsStatus } from "../../agent/dns/part.ts";
import type { PortsStatus } from "../../agent/ports/part.ts";
import type { RecipientsStatus } from "../../agent/recipients/part.ts";
import type { RelayStatus } from "../../agent/relay/status.ts";
import type { ProgramStatus } from "../../shared/program-status.ts";

/** What `heimweg status --json` prints. */
export type AgentStatus = ProgramStatus &
	AddressStatus &
	DnsStatus &
	RecipientsStatus &
	RelayStatus &
	PortsStatus;
