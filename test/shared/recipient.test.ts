import { expect, test } from "vitest";
import { parseRecipient, type Recipient, RecipientSet, recipientForms } from "../../shared/recipient.ts";

const some = (...texts: string[]) => texts.map((text) => parseRecipient(text)!);

test("recipients are addresses and whole domains, in small letters", () => {
	expect(parseRecipient("Anna.B+x@Example.ORG")).toBe("anna.b+x@example.org");
	expect(parseRecipient("@example.org")).toBe("@example.org");
	expect(parseRecipient("o'neill=x@a-b.example")).toBe("o'neill=x@a-b.example");
});

test("the domain of a recipient may be written in other letters, and is kept in its ASCII form", () => {
	expect(parseRecipient("X@Müller.test")).toBe("x@xn--mller-kva.test");
	expect(parseRecipient("@mu\u0308ller.test")).toBe("@xn--mller-kva.test");
	expect(recipientForms(parseRecipient("x@müller.test")!)).toEqual(["x@xn--mller-kva.test", "x@müller.test"]);
	expect(recipientForms(parseRecipient("x@example.org")!)).toEqual(["x@example.org"]);
});

test.each([
	"",
	"anna",
	"example.org",
	"anna@",
	"@",
	"anna@example",
	"#anna@example.org",
	" anna@example.org",
	"an na@example.org",
	'"an na"@example.org',
	"anna@example.org\nbert@example.org",
	"anna\n@example.org",
	"anna@example.org OK",
	"anna\t@example.org",
	"/^anna@example\\.org$/",
	"anna\0@example.org",
	"anna:b@example.org",
	"<anna@example.org>",
	"jörg@example.org",
	"anna@exämple..org",
	"anna@１２.example.org",
	"anna@ex ämple.org",
	"anna@\u212Aelvin.example.org",
	"anna@-example.org",
	"anna@example..org",
	`${"a".repeat(65)}@example.org`,
	"anna\r@example.org",
	"anna@example.org\u2028bert@example.org",
	"\u212A@example.org",
])("%j is no recipient that a table can hold", (text) => {
	expect(parseRecipient(text)).toBeUndefined();
});

test("equal sets have the same digest, however they came about", () => {
	const one = new RecipientSet(some("a@x.example", "b@x.example"));
	const other = new RecipientSet(some("c@x.example", "b@x.example"));
	expect(one.digest).not.toBe(other.digest);
	other.delete("c@x.example" as Recipient);
	other.add("a@x.example" as Recipient);
	other.add("a@x.example" as Recipient);
	other.delete("never@x.example" as Recipient);
	expect(other.digest).toBe(one.digest);
	expect(new RecipientSet(one).digest).toBe(one.digest);
	expect(one.digest).toMatch(/^[0-9a-f]{32}$/);
	expect(new RecipientSet().digest).toBe("0".repeat(32));
});

test("a set knows how many each domain has, and what another lacks; a copy is a set of its own", () => {
	const one = new RecipientSet(some("a@x.example", "b@x.example", "@y.example"));
	const copy = new RecipientSet(one);
	copy.delete("a@x.example" as Recipient);
	expect([one.countAt("x.example"), copy.countAt("x.example"), one.countAt("z.example")]).toEqual([2, 1, 0]);
	expect(one.without(copy)).toEqual(["a@x.example"]);
	expect(copy.without(one)).toEqual([]);
});
