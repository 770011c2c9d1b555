import type { Scene } from "../lab/scene.ts";

/** What a fault has for itself while it lasts: two faults with a part in common never happen at the same time. */
export type Part =
	| "home.agent"
	| "home.postfix"
	| "home.cable"
	| "line"
	| "relay.companion"
	| "relay.postfix"
	| "relay.tunnel"
	| "desec";

/** Something that goes wrong, by itself over after a time. */
export interface Fault {
	/** As the table has it: where, and what. */
	name: string;
	takes: readonly Part[];
	/** Seconds that it lasts, at least and at most; without them it is a blow, which nothing undoes. */
	lasts?: readonly [number, number];
	begin(scene: Scene): Promise<unknown>;
	/** Undoes it. May be called again when it throws. */
	end?(scene: Scene): Promise<unknown>;
}
