import type { ProgramKind } from "../shared/program-kind.ts";
import type { Proofs } from "../shared/proof.ts";
import { spokenSchema } from "../shared/protocol/spoken.ts";
import { say } from "../shared/words/say.ts";
import { bans } from "./bans/part.ts";
import { bounces } from "./bounces/part.ts";
import { checkin } from "./checkin/part.ts";
import { coreShape, defaultConfigPath, madeByUnit, reviewCore } from "./config.ts";
import { delivery } from "./delivery/part.ts";
import { dns } from "./dns/part.ts";
import { doctor } from "./doctor/part.ts";
import { relayFacts } from "./facts.ts";
import { homes } from "./homes/part.ts";
import { createIdentity } from "./identity.ts";
import { invite } from "./invite/part.ts";
import { maillog } from "./maillog/part.ts";
import { notify } from "./notify/part.ts";
import type { RelayTypes } from "./part.ts";
import { peers } from "./peers/part.ts";
import { policy } from "./policy/part.ts";
import { ports } from "./ports/part.ts";
import { postfix } from "./postfix/part.ts";
import { pulse } from "./pulse/part.ts";
import { queue } from "./queue/part.ts";
import { reach } from "./reach/part.ts";
import { recipients } from "./recipients/part.ts";
import { routes } from "./routes/part.ts";
import { setup } from "./setup/part.ts";
import { verify } from "./verify/part.ts";

/**
 * The program on the relay: the list of its parts. They start in this order and are told of facts in this order. A home's
 * file may name an invitation, so these come first (invite). When homes change, mail has its way (routes) before anybody is said to be here (pulse), and both before waiting mail is
 * set in motion (queue).
 */
export const relay: ProgramKind<RelayTypes> = {
	name: "heimweg-relay",
	metrics: "heimweg_relay",
	description:
		"Routes mail to the homes behind the tunnel: runs on the relay, keeps WireGuard's peers and Postfix's maps as the files in homes.d say.",
	help: `Files:
  ${defaultConfigPath}       the configuration
  /etc/heimweg-relay/homes.d/ID.toml  one file per home; adding or removing one takes effect by itself
  /etc/heimweg-relay/wireguard.key    the relay's private key (root:heimweg, 0640)

Signals to the daemon:
  SIGHUP   read the configuration anew; an error keeps the old one and says so
  SIGTERM  end; the tunnel and the maps stay as they are`,
	defaultConfigPath,
	madeByUnit,
	programs: ["wg", "ip", "nft"],
	words: {
		run: "the daemon; the unit heimweg-relay.service runs it",
		setUp: say`this relay is not set up yet: run "heimweg-relay setup"`,
		status: "which homes are here, and what is wrong; of many homes, who is in trouble",
		statusHome: "what is known of one home, whose id this is",
		checkConfig:
			"lists everything that is wrong with the configuration, its key, the homes' files and this machine",
		down: "takes away what run set up on this machine: the interface and the guard table; refuses while mail waits",
		downForce: "also while mail waits for a home",
		postfix: "shows what Postfix needs for Heimweg; exits 1 when something is missing",
		postfixUndo: "take back what --apply set, unless mail waits for a home",
		postfixForce: "take it back although mail waits",
	},
	core: coreShape,
	review: reviewCore,
	parts: [
		invite,
		homes,
		postfix,
		recipients,
		routes,
		peers,
		pulse,
		checkin,
		reach,
		ports,
		dns,
		policy,
		notify,
		queue,
		delivery,
		bounces,
		bans,
		verify,
		maillog,
		doctor,
		setup,
	],
	context: (common, { key }, parts) => ({
		...common,
		key,
		facts: relayFacts(),
		identity: createIdentity({ ...key, state: common.state("identity.json", spokenSchema) }),
		homeFile: Object.assign({}, ...relay.parts.map((part) => part.homeFile ?? {})),
		checkin: () => parts().flatMap(({ name, checkin }) => (checkin ? [{ part: name, ...checkin }] : [])),
		homeStatus: (home) => Object.assign({}, ...parts().map((part) => part.homeStatus?.(home) ?? {})),
		homeProofs(home, except) {
			const proofs: Proofs[] = [];
			for (const { name, homeProof } of parts())
				if (homeProof && name !== except) proofs.push(homeProof(home));
			return proofs;
		},
		admit: async (domains) => void (await Promise.all(parts().map((part) => part.admit?.(domains)))),
		nudge(home) {
			for (const part of parts()) part.nudge?.(home);
		},
		reverify() {
			for (const part of parts()) part.reverify?.();
		},
	}),
};
