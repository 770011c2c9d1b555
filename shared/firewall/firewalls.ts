import type { RunCommand } from "../command.ts";
import { firewalld } from "./firewalld.ts";
import { nftables } from "./nftables.ts";
import type { Firewall, OpenPort } from "./port.ts";
import { ufw } from "./ufw.ts";

/** The firewalls that run here, with what is still to be opened; what filters before this machine is not seen. */
export async function firewalls(run: RunCommand, ports: readonly OpenPort[]): Promise<Firewall[]> {
	const [byUfw, byFirewalld] = await Promise.all([ufw(run, ports), firewalld(run, ports)]);
	// The tables of these two are theirs; beside them there may be others.
	const kept = ({ family, table }: { family: string; table: string }) =>
		(byUfw !== undefined && table === "filter" && family !== "inet") ||
		(byFirewalld !== undefined && table.startsWith("firewalld"));
	const own = await nftables(run, ports, kept);
	return [byUfw, byFirewalld, ...own].filter((one) => one !== undefined);
}
