import { z } from "zod";
import { readEach } from "../json-list.ts";
import { plainText } from "../plain-text.ts";
import { type Direction, directions, type Proof, type Proofs, verdicts } from "../proof.ts";
import { say } from "../words/say.ts";

/** What one side has seen, as it crosses the tunnel. */
export type SentProof = Proof & { direction: Direction };

/** Proofs in one message, and characters of each. */
const mostSent = 30;
const longestSent = 200;

const sentProofSchema = z.object({
	direction: z.enum(directions),
	verdict: z.enum(verdicts),
	because: z
		.string()
		.max(1_000)
		.transform((text) => plainText(text).slice(0, longestSent)),
});

/** What the other side has seen; a later version's words that are not ours are left out. */
export const sentProofsSchema = z
	.array(z.unknown())
	.transform((all): SentProof[] => readEach(all.slice(0, mostSent), sentProofSchema));

/** Proofs to be sent. */
export function sentProofs(all: readonly Proofs[]): SentProof[] {
	return directions
		.flatMap((direction) =>
			all
				.flatMap((one) => one[direction] ?? [])
				.map(({ verdict, because }) => ({ direction, verdict, because: because.slice(0, longestSent) })),
		)
		.slice(0, mostSent);
}

/** What the other side has seen, as its words. */
export function proofsBy(who: "relay" | "home", sent: readonly SentProof[]): Proofs {
	const proofs: Partial<Record<Direction, Proof[]>> = {};
	for (const { direction, verdict, because: said } of sent) {
		const because = who === "relay" ? say`the relay says: ${said}` : say`the home says: ${said}`;
		proofs[direction] = [...(proofs[direction] ?? []), { verdict, because }];
	}
	return proofs;
}
