import { expect, test } from "vitest";
import { asciiDomain, domainForms, isDomainForm } from "../../shared/domain-name.ts";

test("a domain in other letters has one ASCII form, whatever the case and the composition of its letters", () => {
	for (const text of ["müller.test", "MÜLLER.Test", "mu\u0308ller.test", "xn--mller-kva.test"])
		expect(asciiDomain(text)).toBe("xn--mller-kva.test");
	expect(asciiDomain("straße.example")).toBe("xn--strae-oqa.example");
});

test.each([
	"Example.org",
	"example",
	"１.2.3.4",
	"a。b.ü.example",
	"a%62.ü.example",
	"ü..example",
	"ü x.example",
])("%j is no domain, or not plainly written as one", (text) => {
	expect(asciiDomain(text)).toBeUndefined();
});

test.each([
	["example.org", ["example.org"]],
	["xn--mller-kva.test", ["xn--mller-kva.test", "müller.test"]],
	["xn--e1afmkfd.xn--p1ai", ["xn--e1afmkfd.xn--p1ai", "пример.рф"]],
	// Postfix would make "strasse" of it, which is another domain.
	["xn--strae-oqa.example", ["xn--strae-oqa.example"]],
	["xn--zz.example", ["xn--zz.example"]],
])("Postfix may meet %s as %j", (ascii, forms) => {
	expect(domainForms(ascii)).toEqual(forms);
	for (const form of forms) expect(isDomainForm(form)).toBe(true);
});

test.each(["Müller.test", "mu\u0308ller.test", "straße.example", "@müller.test", "müller.test ", ""])(
	"%j is not how a domain stands in our tables",
	(text) => {
		expect(isDomainForm(text)).toBe(false);
	},
);
