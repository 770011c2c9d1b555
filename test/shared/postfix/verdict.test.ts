import { expect, test } from "vitest";
import { judgeEach, mostNamed, proofOf, type Verdict } from "../../../shared/postfix/verdict.ts";

const well: Verdict = { says: "yes", why: "it is routed" };
const refused: Verdict = { says: "no", why: "it is refused" };

/** What is seen of so many domains that are refused, and of one that is well. */
async function seen(many: number) {
	const domains = [...Array.from({ length: many }, (_, n) => `d${n}.example`), "well.example"];
	const judged = await judgeEach(domains, (one) => (one === "well.example" ? well : refused), well);
	return { ...judged, outgoing: well };
}

test("a home whose domains are well is told so, and one whose domain is refused is told that", async () => {
	const delivery = await seen(3);
	expect(proofOf(delivery, ["well.example"])?.verdict).toBe("yes");
	expect(proofOf(delivery, ["well.example", "d2.example"])).toEqual({
		verdict: "no",
		because: "it is refused",
	});
});

test("of more refused domains than are named nobody is told that theirs is well", async () => {
	const delivery = await seen(mostNamed + 1);
	expect(proofOf(delivery, ["d0.example"])?.verdict).toBe("no");
	expect(proofOf(delivery, [`d${mostNamed}.example`])).toBeUndefined();
});
