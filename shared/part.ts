import type { Command } from "commander";
import type { z } from "zod";
import type { RunCommand } from "./command.ts";
import type { Duty } from "./duty.ts";
import type { GuardWish } from "./guard.ts";
import type { ConditionKind, Health } from "./health.ts";
import type { Inspection } from "./inspection.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { PostfixSide } from "./postfix/command.ts";
import type { Proofs } from "./proof.ts";
import type { SavedState } from "./saved-state.ts";

/** One line of a status as people read it. Lines are shown by their place: 10 for what comes first, 40 for the last. */
export interface StatusRow {
	place: number;
	/** Empty for a line that goes on with the one above; undefined for a line without columns. */
	name: string | undefined;
	/** The name is somebody's own, as a home's, and no word of ours. */
	given?: true;
	text: string;
}

/** How much of a status somebody wants: what a person reads, all there is, or what is known of one home. */
export interface StatusScope {
	all?: boolean;
	home?: string | undefined;
}

/** Something that is done again and again, by the steady clock. */
export interface Tick {
	/** Milliseconds. */
	every: number;
	act(): unknown;
}

/** A capability at work, as its kind made it from the configuration. Everything is optional but the name. */
export interface Part {
	readonly name: string;
	/** What it keeps true; the watchdog looks at them, and they are stopped after everything else. */
	readonly duties?: () => readonly Duty[];
	readonly ticks?: readonly Tick[];
	/** What `status --json` shows of it: keys of its own; made when somebody asks. */
	status?(scope?: StatusScope): object;
	/** What its words for systemctl's one line need, where the status is dear; it is asked often. */
	brief?(): object;
	/** Whether mail comes in and goes out and the records are true, as far as this part has seen it; asked with the status. */
	proof?(): Proofs;
	/** Rules that it wants in the guard table now, besides those of its kind; `guardAnew` has them set when they change. */
	guard?(): readonly GuardWish[];
	/** What the command line may ask of the running program, by name; answers a sentence. */
	readonly commands?: Record<string, (argument: string) => Promise<string>>;
	/** Begins to watch. What it serves or changes waits for `serve`. */
	start?(): Promise<void>;
	/** The guard stands: called once, after all parts have started. */
	serve?(): void;
	/** Ends what it began; called in the reverse order of the starts, also when a start failed halfway. */
	stop?(): Promise<void> | void;
}

/** What the program gives to each part. */
export interface PartContext {
	readonly run: RunCommand;
	readonly health: Health;
	readonly log: Logger;
	readonly metrics: Metrics;
	/** Whether the guard stands; nothing is served or changed before. */
	readonly guarded: () => boolean;
	/** Resolves when the guard stands as all parts want it now: true, or false when the program ends before. */
	readonly guardAnew: () => Promise<boolean>;
	/** What the part remembers across restarts, in a file of this name. */
	state<T>(file: string, schema: z.ZodType<T>): SavedState<T>;
	/** Something that the status shows has changed. */
	statusChanged(): void;
}

/** A key of the configuration that is wrong, where it stands, and what was expected. */
export type Complain = (path: ReadonlyArray<string | number>, message: string) => void;

/** What a part gets to look at a machine with, before anything is started. */
export interface Preflight {
	run: RunCommand;
	inspection: Inspection;
	/** False when programs or rights are missing, so that a look with their help only fails. */
	machineWell: boolean;
	/** On the relay: the keys of a home's file that all parts bring. */
	homeFile: z.ZodRawShape;
}

/** What a part gets to bring commands of the command line. */
export interface CommandLine<Config> {
	/** The options of every command that reads the configuration. */
	readonly configOption: readonly [flags: string, text: string, fallback: string];
	load(file: string): Promise<Config>;
	/** Has the running program carry out a command, and gives what it says. */
	order(file: string, command: string, argument?: string): Promise<string>;
	/** The same, and prints it. */
	ask(file: string, command: string, argument?: string): Promise<number>;
	/** The configuration that this text is; throws a ConfigError. */
	parse(name: string, text: string): Config;
	/** Whether a part reads this key of the configuration. */
	knows(key: string): boolean;
	/** What all parts need of Postfix. */
	postfix(config: Config, run?: RunCommand): Promise<PostfixSide>;
	/** The running program's status: what "status --json" has, and how a person reads it. */
	status(file: string): Promise<{ known: object; text: string }>;
	/** Ends the program with the status that the work resolves to. */
	end(work: Promise<number>): Promise<void>;
}

/** Types that a kind of part agrees on: the program's own configuration, what all parts get, and what a status has. */
export interface PartTypes {
	core: object;
	context: PartContext;
	part: Part;
}

/** The keys of the configuration that these fields read. */
export type SectionOf<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

/**
 * A capability before it runs: what it needs to know, what it looks at, and how it is made. One folder, one kind; the
 * program is a list of kinds. Parts know each other only through facts. `Config` is what the kind reads of the
 * configuration: the program's own keys, and those that it declares in `config`.
 */
export interface PartKind<Types extends PartTypes, Config = Types["core"], Loaded = unknown> {
	readonly name: string;
	/** Its tables and keys of the config file, with their defaults. */
	readonly config?: z.ZodRawShape;
	/** On the relay: its keys of a home's file, with their defaults. */
	readonly homeFile?: z.ZodRawShape;
	/** Says what in its keys does not go with each other, or with the program's own. */
	review?(config: Config, complain: Complain): void;
	/** Everything that it can find wrong. */
	readonly conditions?: ReadonlyArray<Pick<ConditionKind<never>, "code">>;
	/** Programs that must be installed. */
	readonly programs?: readonly string[];
	/** Reads its secrets; throws a ConfigError. What it resolves to is handed to `create`. */
	load?(config: Config, inspection: Pick<Inspection, "secret" | "locate">): Promise<Loaded>;
	/** Looks for what would keep it from working, as sentences. */
	preflight?(config: Config, preflight: Preflight): Promise<readonly string[]>;
	/** Rules, and a chain of its own, that it wants in the guard table. */
	guard?(config: Config): readonly GuardWish[];
	/** What it needs of Postfix's settings; `run` is for a look at Postfix as it is going to be. */
	postfix?(config: Config, run?: RunCommand): PostfixSide | Promise<PostfixSide>;
	/** What people read of its keys in the status. */
	rows?(status: object): readonly StatusRow[];
	/** Its words for the one line that systemctl shows, from `brief`, or from the status of a part that has none. */
	summary?(status: object): ReadonlyArray<{ place: number; text: string }>;
	/** Brings commands of the command line. */
	cli?(program: Command, line: CommandLine<Config>): void;
	/** Throws when the machine must not be cleared now; `down --force` does not ask. */
	mayDown?(config: Config): Promise<void>;
	/** Takes away what it set up on this machine; says what is gone. */
	down?(config: Config, run: RunCommand): Promise<string | undefined>;
	/** Makes the part, or several; nothing outside the program is touched yet. */
	create(config: Config, context: Types["context"], loaded: Loaded): Made<Types> | Promise<Made<Types>>;
}

type Made<Types extends PartTypes> = Types["part"] | ReadonlyArray<Types["part"]> | undefined;

/** A kind whose configuration is the program's own keys and those of its shape. */
export type TypedKind<Types extends PartTypes, Shape extends z.ZodRawShape, Loaded> = PartKind<
	Types,
	Types["core"] & SectionOf<Shape>,
	Loaded
> & { readonly config?: Shape };
