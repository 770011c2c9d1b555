import { expect, test } from "vitest";
import { deadLists, withoutList } from "../../../shared/doctor/dead-lists.ts";
import { isOlder } from "../../../shared/doctor/versions.ts";

test("a relay is older when its release line is, and not for what is no release", () => {
	expect(isOlder("1.2.9", "1.3.0")).toBe(true);
	expect(isOlder("1.9.0", "2.0.0")).toBe(true);
	expect(isOlder("1.3.0", "1.3.4")).toBe(false);
	expect(isOlder("2.0.0", "1.9.0")).toBe(false);
	expect(isOlder("development", "1.3.0")).toBe(false);
});

test("a list that has ended is taken out of a setting, with what asks it, and nothing else is", () => {
	const restrictions =
		"permit_mynetworks, reject_rbl_client dnsbl.sorbs.net=127.0.0.[2..10], reject_rbl_client zen.spamhaus.org";
	expect(deadLists(restrictions)).toEqual([{ list: "dnsbl.sorbs.net", since: "June 2024" }]);
	expect(withoutList(restrictions, "dnsbl.sorbs.net")).toBe(
		"permit_mynetworks, reject_rbl_client zen.spamhaus.org",
	);
	expect(withoutList("zen.spamhaus.org*3 dnsbl.sorbs.net*1", "dnsbl.sorbs.net")).toBe("zen.spamhaus.org*3");
	expect(deadLists("reject_rbl_client sorbs.net.example.org")).toEqual([]);
});
