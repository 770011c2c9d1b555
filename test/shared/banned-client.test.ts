import { expect, test } from "vitest";
import { clientText, parseClient } from "../../shared/banned-client.ts";

test.each([
	["203.0.113.9", "203.0.113.9/32", "203.0.113.9"],
	["203.0.113.9/32", "203.0.113.9/32", "203.0.113.9"],
	["::ffff:203.0.113.9", "203.0.113.9/32", "203.0.113.9"],
	["2001:db8:2:3:4:5:6:7", "2001:db8:2:3::/64", "2001:db8:2:3::/64"],
	["2001:0DB8:2::/64", "2001:db8:2::/64", "2001:db8:2::/64"],
])("%s stands for the client %s", (text, client, shown) => {
	expect(parseClient(text)).toBe(client);
	expect(clientText(parseClient(text))).toBe(shown);
});

test.each([
	"",
	"anna",
	"10.0.0.0/8",
	"2001:db8::/32",
	"2001:db8::1/64",
	"203.0.113.9/",
	"203.0.113.9 x",
	"1.2.3",
])('"%s" is no client', (text) => expect(() => parseClient(text)).toThrow(RangeError));
