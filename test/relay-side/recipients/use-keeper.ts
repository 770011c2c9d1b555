import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import {
	createRecipientsKeeper,
	type RecipientsKeeper,
	type RecipientsKeeperOptions,
} from "../../../relay-side/recipients/keeper.ts";
import { Refused } from "../../../relay-side/refused.ts";
import { type RecipientsPush, recipientsSchema } from "../../../shared/protocol/recipients.ts";
import { parseRecipient, type Recipient, RecipientSet } from "../../../shared/recipient.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

/** What a keeper of lists lives in, made anew for each test; the homes are anna and bert. */
export interface Kept {
	directory: string;
	registry: Registry;
	/** Milliseconds since 1970, as the clock says. */
	clock: number;
	/** Milliseconds that passed, whatever was done to the clock. */
	passed: number;
	/** What was told to have changed. */
	changes: Array<readonly Recipient[] | undefined>;
	health: ReturnType<typeof silentHealth>;
	keeper: RecipientsKeeper;
	/** The daemon starts, or starts again. */
	start(options?: Partial<RecipientsKeeperOptions>): Promise<RecipientsKeeper>;
	/** Both the clock and what never is set go on. */
	pass(milliseconds: number): void;
	/** The home anna sends its list, whole or as what changed since another. */
	push(list: readonly string[], base?: readonly string[]): ReturnType<RecipientsKeeper["take"]>;
	/** The valid recipients of the home anna. */
	valid(): string[];
}

/** A keeper for each test of the file. */
export function useKeeper(): Kept {
	const kept: Kept = {
		...({} as Kept),
		async start(options = {}) {
			kept.keeper = await createRecipientsKeeper({
				directory: kept.directory,
				registry: () => kept.registry,
				onChange: (changed) => kept.changes.push(changed),
				health: kept.health,
				log: silent,
				now: () => new Date(kept.clock),
				steady: () => kept.passed,
				...options,
			});
			return kept.keeper;
		},
		pass(milliseconds) {
			kept.clock += milliseconds;
			kept.passed += milliseconds;
		},
		push(list, base) {
			const now = setOf(list);
			const before = base && setOf(base);
			const message: RecipientsPush = {
				digest: now.digest,
				...(before ? { base: before.digest } : {}),
				add: before ? now.without(before) : [...now],
				remove: before ? before.without(now) : [],
			};
			return kept.keeper.take("anna", recipientsSchema.parse(message));
		},
		valid: () => [...(kept.keeper.of("anna")?.list ?? [])].sort(),
	};
	beforeEach(async () => {
		kept.directory = await mkdtemp(join(tmpdir(), "heimweg-recipients-"));
		kept.registry = {
			...emptyRegistry,
			homes: new Map([
				["anna", homeOf("anna", 2)],
				["bert", homeOf("bert", 3)],
			]),
			complete: true,
		};
		kept.clock = Date.parse("2026-03-01T12:00:00Z");
		kept.passed = 0;
		kept.changes = [];
		kept.health = silentHealth();
		await kept.start();
	});
	afterEach(async () => {
		await kept.keeper.saved();
		await rm(kept.directory, { recursive: true });
	});
	return kept;
}

export const users = (count: number, domain = "anna.example") =>
	Array.from({ length: count }, (_, number) => `user${number}@${domain}`);

/** The set as the home has it. */
export function setOf(texts: readonly string[]): RecipientSet {
	return new RecipientSet(texts.map((text) => parseRecipient(text) ?? (text as Recipient)));
}

/** The refusal that this ends with. */
export async function refusal(work: Promise<unknown>): Promise<Refused> {
	const error = await work.then(
		() => undefined,
		(reason) => reason,
	);
	expect(error).toBeInstanceOf(Refused);
	return error as Refused;
}
