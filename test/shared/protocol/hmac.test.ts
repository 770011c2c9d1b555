import { createHmac, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { hmacSha256, longestText } from "../../../shared/protocol/hmac.ts";

test("the MAC of every length of key and text, one after the other, is node:crypto's", () => {
	for (let keyLength = 0; keyLength <= 64; keyLength++) {
		for (let length = 0; length <= longestText; length++) {
			const [key, text] = [randomBytes(keyLength), randomBytes(length)];
			const wanted = createHmac("sha256", key).update(text).digest("hex");
			expect(hmacSha256(key, text).toString("hex"), `${keyLength} and ${length} bytes`).toBe(wanted);
		}
	}
});

// RFC 4231, test cases 1 and 2.
test("the MACs of RFC 4231 are these", () => {
	expect(hmacSha256(Buffer.alloc(20, 0x0b), Buffer.from("Hi There")).toString("hex")).toBe(
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	);
	expect(hmacSha256(Buffer.from("Jefe"), Buffer.from("what do ya want for nothing?")).toString("hex")).toBe(
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	);
});

test("what is longer than one block of SHA-256 is refused, never cut off", () => {
	expect(() => hmacSha256(Buffer.alloc(65), Buffer.alloc(1))).toThrow(RangeError);
	expect(() => hmacSha256(Buffer.alloc(32), Buffer.alloc(longestText + 1))).toThrow(RangeError);
});
