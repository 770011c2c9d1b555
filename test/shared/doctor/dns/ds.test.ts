import { expect, test } from "vitest";
import { dsFor, isDsOf } from "../../../../shared/doctor/dns/ds.ts";

// RFC 4509, 2.3.
const key =
	"AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";
const ds = "60485 5 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a";

test("the DS that a parent should have is made of the zone's key", () => {
	const records = [`256 3 5 ${key}`, `257 3 5 ${key}`];
	// The example's key is a zone key without the bit of a secure entry point, which changes tag and digest.
	expect(dsFor("dskey.example.com", records)).toHaveLength(1);
	expect(dsFor("dskey.example.com", [`256 3 5 ${key}`], 0)).toEqual([ds]);
});

test("a DS is told from another key's, and one with another digest by its tag and algorithm", () => {
	expect(isDsOf(ds.toUpperCase(), [ds])).toBe(true);
	expect(isDsOf(ds.replace("d4b7", "0000"), [ds])).toBe(false);
	expect(isDsOf("60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118", [ds])).toBe(true);
	expect(isDsOf("60486 5 1 2bb183af5f22588179a53b0a98631fad1a292118", [ds])).toBe(false);
});
