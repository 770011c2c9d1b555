import type { ProgramKind } from "../shared/program-kind.ts";
import { say } from "../shared/words/say.ts";
import { address } from "./address/part.ts";
import { bans } from "./bans/part.ts";
import { bounces } from "./bounces/part.ts";
import { coreShape, defaultConfigPath, madeByUnit, reviewCore } from "./config.ts";
import { delivery } from "./delivery/part.ts";
import { dkim } from "./dkim/part.ts";
import { dns } from "./dns/part.ts";
import { doctor } from "./doctor/part.ts";
import { agentFacts } from "./facts.ts";
import { join } from "./join/part.ts";
import { mail } from "./mail/part.ts";
import { maillog } from "./maillog/part.ts";
import type { AgentTypes } from "./part.ts";
import { ports } from "./ports/part.ts";
import { reach } from "./reach/part.ts";
import { recipients } from "./recipients/part.ts";
import { relay } from "./relay/part.ts";

/**
 * The program at home: the list of its parts. They start in this order and are told of facts in this order: who finds
 * out the address before who tells others of it.
 */
export const agent: ProgramKind<AgentTypes> = {
	name: "heimweg",
	metrics: "heimweg",
	description:
		"Keeps a mail server at home reachable although its address changes: runs on the home server, keeps the tunnel to the relay up and the records at deSEC true.",
	help: `Files:
  ${defaultConfigPath}    the configuration
  /etc/heimweg/wireguard.key   this home's private key (root:heimweg, 0640)
  /etc/heimweg/desec.token     the deSEC token (root:heimweg, 0640)

Signals to the daemon:
  SIGHUP   read the configuration anew; an error keeps the old one and says so
  SIGTERM  end; the tunnel and the records stay as they are`,
	defaultConfigPath,
	madeByUnit,
	programs: ["wg", "ip", "nft"],
	words: {
		run: "the daemon; the unit heimweg.service runs it",
		setUp: say`this home is not set up yet: run "heimweg-relay invite HOME DOMAIN" on the relay, then "heimweg join" here`,
		status: "what the daemon is doing, and what is wrong",
		checkConfig: "lists everything that is wrong with the configuration, its secrets and this machine",
		down: "takes away what run set up on this machine: the interface, the guard table; the records stay",
		postfix:
			"shows what Postfix needs, to send through the relay and to take mail from it alone; exits 1 when something is missing",
		postfixUndo: "take back what --apply set",
	},
	core: coreShape,
	review: reviewCore,
	parts: [
		join,
		address,
		relay,
		ports,
		dkim,
		dns,
		reach,
		recipients,
		mail,
		delivery,
		bounces,
		bans,
		maillog,
		doctor,
	],
	context: (common, { key }, parts) => ({
		...common,
		key,
		facts: agentFacts(),
		proofs: (except) => parts().flatMap(({ name, proof }) => (name === except ? [] : (proof?.() ?? []))),
		checkin: () => parts().flatMap(({ name, checkin }) => (checkin ? [{ part: name, ...checkin }] : [])),
	}),
};
