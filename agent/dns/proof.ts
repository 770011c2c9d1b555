import type { Address } from "../../shared/address.ts";
import { momentText, type Proof } from "../../shared/proof.ts";
import type { RecordsState } from "./records.ts";

/** What is known of the records: what deSEC has, whether the world sees it, and whether it leads here. */
export function recordsProof(
	{ inSync, records, comparedAt, seenAt, unseen = [] }: RecordsState,
	/** Why they are not known to be true, if that is told. */
	failure: string | undefined,
	/** Addresses that are proven not to lead to us. */
	refuted: readonly Address[],
): Proof[] {
	if (!inSync || comparedAt === undefined) {
		const because = failure ?? "they were not compared with deSEC yet";
		return [{ verdict: "not known", because }];
	}
	const proofs: Proof[] = [
		{ verdict: "yes", because: `compared with deSEC at ${momentText(new Date(comparedAt))}` },
	];
	if (records.length === 0)
		proofs.push({ verdict: "no", because: "there is none: no address can be published" });
	if (unseen.length > 0)
		proofs.push({ verdict: "not known", because: `the name servers do not answer ${unseen.join(", ")} yet` });
	else if (seenAt)
		proofs.push({
			verdict: "yes",
			because: `the name servers answered them at ${momentText(new Date(seenAt))}`,
		});
	const wrong = refuted.filter((address) => records.some((one) => one.records.includes(address)));
	for (const address of wrong)
		proofs.push({ verdict: "no", because: `${address} does not lead here from outside` });
	return proofs;
}
