import { expect, test } from "vitest";
import { stepsFrom, walkTree } from "../../../shared/doctor/dmarc.ts";
import type { Answer } from "../../../shared/doctor/dns/answer.ts";

/** Policy records by domain, and the names that were asked for. */
function tree(records: Record<string, string | string[]>) {
	const asked: string[] = [];
	const lookUp = async (name: string): Promise<Answer> => {
		asked.push(name);
		const found = records[name.replace("_dmarc.", "")];
		if (!found) return { is: "nothing", noName: true };
		return { is: "there", ttl: 60, records: [found].flat().map((one) => `"${one}"`) };
	};
	return { lookUp, asked };
}

test("the walk asks at each parent, and of a long name at eight places at most", () => {
	expect(stepsFrom("mail.example.org")).toEqual(["mail.example.org", "example.org", "org"]);
	expect(stepsFrom("a.b.c.d.e.f.g.h.i.j.mail.example.com")).toEqual([
		...["a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com", "h.i.j.mail.example.com"],
		...["i.j.mail.example.com", "j.mail.example.com", "mail.example.com", "example.com", "com"],
	]);
});

test("the organizational domain is the highest with a record, or what psd= says", async () => {
	const of = async (records: Record<string, string | string[]>) =>
		(await walkTree("a.mail.example.com", tree(records).lookUp)).organization;
	expect(await of({})).toBe("a.mail.example.com");
	expect(await of({ "example.com": "v=DMARC1; p=none", "a.mail.example.com": "v=DMARC1; p=none" })).toBe(
		"example.com",
	);
	expect(await of({ "mail.example.com": "v=DMARC1; p=none; psd=n", "example.com": "v=DMARC1; p=none" })).toBe(
		"mail.example.com",
	);
	expect(await of({ com: "v=DMARC1; p=none; psd=y" })).toBe("example.com");
	expect(await of({ "mail.example.com": ["v=DMARC1; p=none", "v=DMARC1; p=reject"] })).toBe(
		"a.mail.example.com",
	);
});

test("a question that is not answered is told, and the walk goes on", async () => {
	const { lookUp } = tree({ "example.com": "v=DMARC1; p=none" });
	const walk = await walkTree("mail.example.com", async (name) =>
		name === "_dmarc.mail.example.com"
			? { is: "unknown", trouble: { is: "silent", server: "192.0.2.53" } }
			: lookUp(name),
	);
	expect(walk).toMatchObject({ organization: "example.com", trouble: { is: "silent" } });
});
