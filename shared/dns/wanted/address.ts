import type { Address, Family } from "../../address.ts";

/** An RRset as it should be at deSEC. */
export interface WantedRRset {
	/** Full name, without the final dot. */
	name: string;
	type: string;
	/** None: the RRset should not be there. */
	records: string[];
}

/** What is known of a family: its address, that it is gone, or (undefined) nothing, and unknown never deletes. */
export type Known = Address | "gone" | undefined;

/** The A and AAAA that the names should have. Pure; another kind of record is another such function. */
export function addressRRsets(
	names: readonly string[],
	publish: ReadonlyArray<"A" | "AAAA">,
	known: Record<Family, Known>,
): WantedRRset[] {
	return names.flatMap((name) =>
		publish.flatMap((type) => {
			const value = known[type === "A" ? 4 : 6];
			return value === undefined ? [] : [{ name, type, records: value === "gone" ? [] : [value] }];
		}),
	);
}
