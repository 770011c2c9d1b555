import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { relayFacts } from "../../../relay-side/facts.ts";
import { invite } from "../../../relay-side/invite/part.ts";
import { newRecord, validFor } from "../../../relay-side/invite/record.ts";
import { invitationStore } from "../../../relay-side/invite/store.ts";
import type { RelayContext, RelayPart } from "../../../relay-side/part.ts";
import { parseAddress } from "../../../shared/address.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { relayKey } from "../identities.ts";
import { enrolmentOf } from "./examples.ts";

test("a code that ran out while nobody looked leaves its address guarded until its peer is gone", async () => {
	const state_dir = mkdtempSync(join(tmpdir(), "heimweg-invite-"));
	onTestFinished(() => rmSync(state_dir, { recursive: true }));
	const store = invitationStore(join(state_dir, "invites"), silent);
	await store.save(newRecord("invite00", "anna", enrolmentOf(0), Date.now() - validFor - 1));
	const tunnel = {
		...{ interface: "hw0", addresses: [parseAddress("10.86.0.1")], networks: ["10.86.0.0/24"] },
		...{ listen_port: 51_820, mtu: 1_420 },
	};
	const config = { state_dir, tunnel, invite: { port: 8688 }, pulse: { port: 1 }, checkin: { port: 2 } };
	const context = {
		...{ facts: relayFacts(), key: { privateKey: relayKey }, health: silentHealth(), log: silent },
		...{ statusChanged() {}, guardAnew: async () => true },
	} as unknown as RelayContext;
	const part = (await invite.create(config as never, context, undefined)) as RelayPart;
	const guard = () => part.guard!().flatMap((wish) => ("rule" in wish ? wish.rule : []));
	await part.start!();
	expect((part.status!({}) as { invitations: object[] }).invitations).toMatchObject([{ state: "expired" }]);
	expect(guard()).toContain(`ip saddr ${enrolmentOf(0).address} drop`);
	const peersAre = context.facts.peers.own("test");
	part.serve!();
	await new Promise(setImmediate);
	const told = context.facts.enrolments.value;
	expect(told).toEqual([]);
	peersAre({ has: () => true, enrolments: told });
	await new Promise(setImmediate);
	expect(guard()).not.toEqual([]);
	peersAre({ has: () => false, enrolments: told });
	await new Promise(setImmediate);
	expect(guard()).toEqual([]);
	await part.stop!();
});
