import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { EnrolWorld } from "../../../agent/join/enrol.ts";
import { newKey } from "../../../agent/join/key.ts";
import type { TunnelSettings } from "../../../agent/join/tunnel.ts";
import { relayFacts } from "../../../relay-side/facts.ts";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import { createAnswers } from "../../../relay-side/invite/answers.ts";
import { type InvitationBook, invitationBook } from "../../../relay-side/invite/book.ts";
import type { InvitationRecord } from "../../../relay-side/invite/record.ts";
import { invitationStore } from "../../../relay-side/invite/store.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";
import { encodeInvitation } from "../../../shared/invitation/code.ts";
import { relayKeysOf } from "../../../shared/invitation/secrets.ts";
import { publicKeyOf } from "../../../shared/protocol/keys.ts";
import { homeOf } from "../../relay-side/homes/examples.ts";
import { silent, silentHealth } from "../../shared/silent.ts";

/** Power that goes when something is about to be done, or was just done and nobody has heard of it. */
export class PowerCut extends Error {}

/** Calls `touch` at each thing that reaches the world; it may throw a PowerCut. */
export type Touch = (what: string) => void;

/**
 * A relay as enrolment meets it: the real book, on a real disk, and the real answers; WireGuard is a model that lets in who
 * has the right keys. It can lose its power at any save, and starts again from its disk.
 */
export async function modelRelay(touch: Touch = () => {}, privateKey = newKey(), folder?: string) {
	folder ??= await relayFolder();
	const health = silentHealth();
	const clock = { now: Date.parse("2026-11-30T12:00:00Z") };
	let book: InvitationBook;
	let answer: ReturnType<typeof createAnswers>;

	async function start(): Promise<void> {
		const disk = invitationStore(folder!, silent);
		const store = {
			...disk,
			async save(record: InvitationRecord) {
				touch("relay: before a save");
				await disk.save(record);
				touch("relay: after a save");
			},
		};
		book = invitationBook({ store, onChange() {}, log: silent, clock: () => clock.now });
		await book.load();
		const facts = relayFacts();
		const served = () => [...book.records.values()].filter(({ publicKey }) => publicKey !== undefined);
		facts.peers.own("test")({
			has: (key) => served().some(({ publicKey }) => publicKey === key),
			enrolments: [],
		});
		const homes = {
			get: (id: string) => {
				const key = served().find(({ home }) => home === id)?.publicKey;
				return key && homeOf(id, 2, { publicKey: key, domains: ["example.org"] });
			},
		};
		const registry = { ...emptyRegistry, homes: homes as unknown as typeof emptyRegistry.homes };
		facts.homes.own("test")({
			...{ registry, at: new Map(), byDomain: new Map() },
			...{ changedHomes: new Set<string>(), changedDomains: new Set<string>() },
		});
		answer = createAnswers({
			...{ book, facts, privateKey, health, log: silent },
			at: (address) => book.live().find(({ enrolment }) => enrolment.address === address),
			told: { pulsePort: 8686, checkinPort: 8687, mtu: 1280 },
		});
	}
	await start();

	return {
		health,
		clock,
		privateKey,
		folder,
		publicKey: publicKeyOf(privateKey),
		get book() {
			return book;
		},
		start,
		async invite(home: string, slot = 0): Promise<string> {
			const seed = Buffer.from(`${home} ${slot}`.padEnd(16, "-"));
			const { bootstrapPublicKey, bootstrapPresharedKey, ...keys } = relayKeysOf(seed);
			await book.open(`${home}${slot}`.padEnd(8, "0"), home, {
				slot,
				address: parseAddress(`10.86.0.${254 - slot}`),
				publicKey: bootstrapPublicKey,
				presharedKey: bootstrapPresharedKey,
				request: keys.request.toString("base64"),
				answer: keys.answer.toString("base64"),
				preshared: keys.presharedKey.toString("base64"),
			});
			return encodeInvitation({
				...{ seed, slot, host: "203.0.113.10", port: 51_820, enrolPort: 8688 },
				relayKey: publicKeyOf(privateKey),
				relayAddresses: [parseAddress("10.86.0.1")],
				networks: [parseCidr("10.86.0.0/24")],
			});
		},
		/** Whether a handshake comes about with these settings. */
		knows(tunnel: TunnelSettings | undefined): boolean {
			if (!tunnel || tunnel.relayKey !== publicKeyOf(privateKey)) return false;
			const key = publicKeyOf(tunnel.privateKey);
			return [...book.records.values()].some(
				(one) => one.publicKey === key || one.enrolment?.publicKey === key,
			);
		},
		/** What comes through a tunnel with these settings. */
		async asked(tunnel: TunnelSettings | undefined, line: string): Promise<string | undefined> {
			const record =
				tunnel && book.live().find((one) => one.enrolment.publicKey === publicKeyOf(tunnel.privateKey));
			if (!record || tunnel.relayKey !== publicKeyOf(privateKey)) return undefined;
			return answer(record.enrolment.address, line.trim());
		},
		async pulsed(tunnel: TunnelSettings | undefined): Promise<boolean> {
			const key = tunnel && publicKeyOf(tunnel.privateKey);
			const record = [...book.records.values()].find(({ publicKey }) => publicKey === key);
			if (!record || tunnel?.relayKey !== publicKeyOf(privateKey)) return false;
			await book.join(record.id);
			return true;
		},
	};
}

/** A folder for a relay's invitations, until the test is over. */
export async function relayFolder(): Promise<string> {
	const disk = await mkdtemp(join(tmpdir(), "heimweg-relay-"));
	onTestFinished(() => rm(disk, { recursive: true, force: true }));
	return join(disk, "invites");
}

export type ModelRelay = Awaited<ReturnType<typeof modelRelay>>;

interface Machine {
	tunnel: TunnelSettings | undefined;
	onlyAnswers: boolean;
	touched: boolean;
	/** Where packets to the relay's tunnel address leave, when that is not the tunnel. */
	otherWay: string | undefined;
	powerCut(): void;
	world: EnrolWorld;
}

/** A home's machine as enrolment meets it, on the way to this relay; what it has on the network is gone without power. */
export function modelMachine(relay: ModelRelay, touch: Touch = () => {}) {
	const machine: Machine = {
		/** The tunnel's settings now, the guard's extra rules beside them, and whether anything was ever set. */
		tunnel: undefined,
		onlyAnswers: false,
		touched: false,
		otherWay: undefined,
		powerCut() {
			machine.tunnel = undefined;
		},
		world: {
			ground: async () => {},
			resolve: async (host) => [parseAddress(host)],
			tunnel: {
				async set(settings, _, rules = []) {
					touch("home: before the tunnel");
					machine.touched = true;
					machine.tunnel = settings;
					machine.onlyAnswers = rules.length > 0;
					touch("home: after the tunnel");
				},
				heard: async () => relay.knows(machine.tunnel),
				astray: async () => machine.otherWay,
				async remove() {
					machine.tunnel = undefined;
				},
			},
			async ask({ line }) {
				touch("home: before the question");
				const heard = await relay.asked(machine.tunnel, line);
				touch("home: before the answer");
				return heard?.trim();
			},
			async pulse() {
				touch("home: before the pulse");
				const heard = await relay.pulsed(machine.tunnel);
				touch("home: after the pulse");
				return heard;
			},
		},
	};
	return machine;
}
