import { HOUR, MINUTE, SECOND } from "../../../shared/time.ts";

/** Every wait of the failover, and every count that makes one longer: here they are read and changed. */

/** WireGuard's REJECT_AFTER_TIME: until then a session carries packets as soon as the path is back. */
export const sessionLife = 180 * SECOND;

/**
 * For a pulse and its answer over a line that just came back, perhaps with a handshake that was under way at either
 * end: the session that it makes must not be thrown away, nor be followed by another within 20 ms, which the other end
 * would not answer (WireGuard's INITIATIONS_PER_SECOND).
 */
export const chance = 0.4 * SECOND;

/** For which a session counts as new: what the relay made with us just now must not be thrown away. */
export const newFor = 3 * SECOND;

/** A step that is due sooner than this has a timer of its own; others are left to the next poke of the silence. */
export const pokesComeEvery = 1 * SECOND;

/** Between the first steps in a family: a handshake may be lost, or the relay just be booting. */
export const soon: readonly number[] = [0.8 * SECOND, 1.5 * SECOND, 2 * SECOND];

/**
 * Between the steps after them, which only the family that was in use has. No multiples of 5 s: WireGuard itself tries
 * again then, and an initiation right after another is not answered.
 */
export const patient: readonly number[] = [2 * SECOND, 4.5 * SECOND, 9.5 * SECOND];

/**
 * Steps in the family that was in use, and on a visit to the other, before it is the other's turn. So while both
 * families have a path, the other one is tried 6.3 s after the first step (the pauses `soon`, and the first patient one).
 */
export const stepsAtHome = soon.length + 1;
export const stepsOnVisit = soon.length;

/** That a session has in another family whose path was followed, and until a path may be followed away from there. */
export const chanceElsewhere = 2.5 * SECOND;
export const followAgain = 5 * SECOND;

/** Looks in a row that found no path, after which its return is a new beginning: one may have failed by chance. */
export const looksThatCount = 2;

/**
 * Between steps while no path is up and no session can be good any more; WireGuard itself tries every 5 s. Who stands
 * in the other family when the line comes back has to move once more, so that visit is short.
 */
export const seldom = 58 * SECOND;
export const shortVisit = 4.5 * SECOND;

/** Such steps in the family that was in use before the other has its short visit. */
export const seldomAtHome = 3;

/** Between two look-ups of the relay's name in a silence. */
export const lookUpEvery = 3 * SECOND;

/** A timer may fire this much early. */
export const timerSlack = 10;

/** Between looks at the preferred family: a line that just changed may need a moment, then patiently. */
export const failbackSoon: readonly number[] = [5 * SECOND, 15 * SECOND, 1 * MINUTE];
export const failbackEvery = 5 * MINUTE;

/** Each failback that fails doubles the wait, up to this. */
export const failbackAtMost = 2 * HOUR;

/** Answers that show that a failback works: the first may belong to a pulse from before. */
export const answersThatShow = 3;

/**
 * Times that the move of a failback is made once more: WireGuard sends to where the other end last spoke from, and a
 * packet that was under way takes it back.
 */
export const movesAgain = 10;
