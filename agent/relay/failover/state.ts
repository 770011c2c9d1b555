import type { Endpoint, Family } from "../../../shared/address.ts";
import { type Failback, failbackAtFirst } from "./failback.ts";
import { type Step, type Steps, stepsAtFirst } from "./silence.ts";

/** All that decides what becomes of a silent tunnel; times in milliseconds on a steady clock. */
export interface State {
	/** Where the tunnel's packets go. */
	readonly endpoint: Endpoint | undefined;
	/** The family in which the tunnel works better for now. */
	readonly settled: Family;
	/** Pulses are answered. */
	readonly up: boolean;
	/** Milliseconds since the last answer; 0: the tunnel is not silent, or not known to be. */
	readonly silentFor: number;
	/** The peer was renewed in this silence, and its path was up ever since: any handshake that is told of came after. */
	readonly renewed: boolean;
	/** Such a handshake was seen: the relay's WireGuard is reached. */
	readonly shakesHands: boolean;
	/** When the relay's name was looked up last, and first seen in this silence to point elsewhere. */
	readonly lookedUpAt: number | undefined;
	readonly nameMovedAt: number | undefined;
	readonly steps: Steps;
	readonly failback: Failback;
}

/** Of a tunnel of which nothing is known yet. */
export const stateAtFirst: State = {
	endpoint: undefined,
	settled: 4,
	up: false,
	silentFor: 0,
	renewed: false,
	shakesHands: false,
	lookedUpAt: undefined,
	nameMovedAt: undefined,
	steps: stepsAtFirst,
	failback: failbackAtFirst,
};

/** What was seen, and when: milliseconds on a steady clock. */
export type Event = { readonly now: number } & Observation;

export type EventOf<Kind extends Event["kind"]> = Extract<Event, { kind: Kind }>;

export type Observation =
	/** The relay answered a pulse. */
	| { readonly kind: "answered" }
	/** No pulse was answered for so many milliseconds; `lineUp`: there is a default route in some family. */
	| { readonly kind: "silent"; readonly milliseconds: number; readonly lineUp: boolean }
	/** The families with a default route changed, or the interface vanished. */
	| { readonly kind: "line-changed" }
	/** The tunnel's packets go there. */
	| { readonly kind: "sends-to"; readonly endpoint: Endpoint }
	/** The tunnel is looked after: it was asked for, or it is time. */
	| ({ readonly kind: "run" } & Surroundings)
	| { readonly kind: "looked"; readonly looked: Looked }
	/** Milliseconds since the latest handshake; infinite when there was none since the peer was added. */
	| ({ readonly kind: "handshake"; readonly age: number } & AskHandshake)
	/** The relay's name was resolved, or could not be; whether it is known to point elsewhere than to the address in use. */
	| { readonly kind: "looked-up"; readonly resolved: boolean; readonly pointsElsewhere: boolean }
	/** The relay in the preferred family, if there is a way, and whether it can be reached outside the tunnel. */
	| {
			readonly kind: "looked-at-preferred";
			readonly preferred: Endpoint | undefined;
			readonly pathUp: boolean;
	  }
	| { readonly kind: "carried-out"; readonly action: Change };

/** What can be told without waiting when the tunnel is looked after. */
export interface Surroundings {
	/** A pulse was answered since the last run, and `endpoint` was read after that. */
	readonly answered: boolean;
	/** Families with a default route. */
	readonly families: ReadonlySet<Family>;
	/** The relay in the other family than the one in use, when there is a way to it. */
	readonly other: Endpoint | undefined;
	/** The name is known to point elsewhere than to the address in use, and the best of where it points to. */
	readonly pointsElsewhere: boolean;
	readonly best: Endpoint | undefined;
}

/** Which paths to look at: in the family in use, and in the other; undefined: there is no way. */
export interface LookAtPaths {
	readonly inUse: Endpoint | undefined;
	readonly other: Endpoint | undefined;
}

/** What was seen there; undefined: not known, as where the relay can never be reached outside the tunnel. */
export interface Looked extends LookAtPaths {
	readonly pathUp: boolean | undefined;
	/** It was down at the last look. */
	readonly pathIsBack: boolean;
	readonly otherPathUp: boolean | undefined;
}

/** Why the age of the session matters: a step is due, or (undefined) the relay may shake hands. */
export interface AskHandshake {
	readonly step: Step | undefined;
	readonly looked: Looked;
}

/** A change of where the tunnel's packets go, or of its session, and what it is for. */
export type Change = {
	readonly from: Endpoint;
	readonly to: Endpoint;
	readonly for: Step | "name-moved" | "failback";
} & (
	| {
			/** Sends the packets elsewhere; the session lives on, and the relay follows with the first of them. */
			readonly do: "move";
			/** Undefined when that was told before. */
			readonly why: string | undefined;
	  }
	| {
			/** Removes the peer and adds it, which forces a handshake and throws the session away. */
			readonly do: "renew";
			/** From another UDP port of ours. */
			readonly newPort: boolean;
	  }
);

/** What a timer is for; a new one takes the place of the one before. */
export type TimerName = "step" | "name" | "failback";

/** What is to be done; what an action shows comes back as an event. */
export type Action =
	| Change
	/** Ask for a run at once: the tunnel is silent, was answered, or its line changed. */
	| { readonly do: "run"; readonly because: "silent" | "answered" | "line-changed" }
	/** Ask for a run after so many milliseconds; undefined: no more. */
	| { readonly do: "run-later"; readonly timer: TimerName; readonly after: number | undefined }
	| ({ readonly do: "look-at-paths" } & LookAtPaths)
	/** Learn in passing which paths can ever be reached outside the tunnel. */
	| { readonly do: "learn-paths" }
	| ({ readonly do: "ask-handshake" } & AskHandshake)
	/** Have the relay's name resolved; nobody waits for it: the name server may be behind the same dead line. */
	| { readonly do: "look-up" }
	/** Look whether the relay can be reached in the preferred family again. */
	| { readonly do: "look-at-preferred" }
	/** Send a pulse: it may be answered now. */
	| { readonly do: "pulse" };
