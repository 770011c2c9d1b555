import { expect, test } from "vitest";
import { z } from "zod";
import { homeIdOf, homeParser, storedHomeSchema } from "../../../relay-side/homes/home.ts";
import { fileOf, homeOf, keyOf, rules } from "./examples.ts";

const parse = homeParser(rules);

function problemsOf(text: string, name = "anna.toml"): string[] {
	const file = parse(name, text);
	return "problems" in file ? file.problems : [];
}

test("a home file is read into a home, the port being 25 unless it says otherwise", () => {
	const text = `
public_key = "${keyOf(5)}"
preshared_key_file = "/etc/heimweg-relay/anna.psk"
addresses = ["10.86.0.2", "fd86:0::2"]
domains = ["example.org", "xn--mnchen-3ya.example"]
`;
	expect(parse("anna.toml", text)).toEqual({
		file: "anna.toml",
		home: {
			id: "anna",
			publicKey: keyOf(5),
			presharedKeyFile: "/etc/heimweg-relay/anna.psk",
			addresses: ["10.86.0.2", "fd86::2"],
			domains: ["example.org", "xn--mnchen-3ya.example"],
			mailPort: 25,
			senders: "own",
		},
	});
});

test("senders is own or any, and own for a home that an earlier version stored", () => {
	const file = (senders: string) => `${fileOf(homeOf("anna", 2)).replace(/senders.*/, "")}${senders}`;
	expect(parse("anna.toml", file('senders = "any"'))).toMatchObject({ home: { senders: "any" } });
	expect(parse("anna.toml", file(""))).toMatchObject({ home: { senders: "own" } });
	expect(problemsOf(file('senders = "all"')).join()).toBe(
		'anna.toml: senders: expected "own" or "any", got "all"',
	);
	const { senders: _, ...stored } = homeOf("anna", 2);
	expect(storedHomeSchema.parse(stored)).toEqual(homeOf("anna", 2));
});

test("every problem of a file is told at once, each with file, key, what was wanted and what came", () => {
	const problems = problemsOf(`
public_key = "short"
addresses = ["10.87.0.2", "10.86.0.1", "10.86.0.0", "10.86.0.2/32"]
domains = ["Example.org", "example.org", "example.org", "bücher..example", "a b.example", "x.example #"]
mail_port = 70000
colour = "blue"
`);
	const about = (key: string) => problems.filter((problem) => problem.startsWith(`anna.toml: ${key}`)).join();
	expect(about("public_key")).toContain("44 characters");
	expect(about("addresses.0")).toContain('inside 10.86.0.0/16 or fd86::/64, got "10.87.0.2"');
	expect(about("addresses.1")).toContain("the relay's");
	expect(about("addresses.2")).toContain("the network 10.86.0.0/16 itself");
	expect(about("addresses.3")).toContain("not an IP address");
	for (const index of [0, 3, 4, 5]) expect(about(`domains.${index}`)).toContain("small letters");
	expect(about("mail_port")).toContain("70000");
	expect(about("colour")).toContain("not known");
});

test("a domain or an address that stands twice in one file is a problem", () => {
	const problems = problemsOf(`
public_key = "${keyOf(5)}"
addresses = ["fd86::2", "fd86:0:0::2"]
domains = ["example.org", "example.org"]
`);
	expect(problems).toEqual([
		'anna.toml: addresses.1: expected each only once, got "fd86::2" again',
		'anna.toml: domains.1: expected each only once, got "example.org" again',
	]);
});

test("a missing key, and a text that is no TOML, are told by name and place", () => {
	expect(problemsOf(`addresses = ["10.86.0.2"]\ndomains = []`).join()).toContain("anna.toml: public_key: ");
	expect(problemsOf("addresses = [").join()).toMatch(/anna\.toml: line \d+/);
});

test("the relay's own public key cannot be a home's", () => {
	expect(problemsOf(fileOf(homeOf("anna", 0, { addresses: homeOf("b", 9).addresses }))).join()).toContain(
		"the relay's own",
	);
});

test("only a file name of small letters, digits and hyphens is an id", () => {
	expect(homeIdOf("anna-2.toml")).toBe("anna-2");
	for (const name of ["Anna.toml", "a_b.toml", ".toml", `${"a".repeat(33)}.toml`, "anna.conf", "../x.toml"]) {
		expect(homeIdOf(name)).toBeUndefined();
	}
	expect(problemsOf(fileOf(homeOf("anna", 2)), "Anna.toml").join()).toContain('"Anna.toml": expected a name');
});

test("a home goes through the state file unchanged", () => {
	const home = homeOf("anna", 2, { presharedKeyFile: "/etc/heimweg-relay/anna.psk" });
	expect(storedHomeSchema.parse(JSON.parse(JSON.stringify(home)))).toEqual(home);
});

test("other parts bring keys of their own, which are checked, kept, and stored like the rest", () => {
	const more = { ports: z.array(z.int()).default([993]), note: z.string().optional() };
	const read = homeParser({ ...rules, more });
	const text = fileOf(homeOf("anna", 2));
	expect(read("anna.toml", text)).toMatchObject({ home: { more: { ports: [993] } } });
	const file = read("anna.toml", `${text}ports = [465]\n`);
	const home = "home" in file ? file.home : undefined;
	expect(home?.more).toEqual({ ports: [465] });
	expect(storedHomeSchema.parse(JSON.parse(JSON.stringify(home)))).toMatchObject({ more: { ports: [465] } });
	expect(read("anna.toml", `${text}ports = "all"\n`)).toMatchObject({
		problems: [expect.stringMatching(/^anna\.toml: ports: expected a list/)],
	});
	expect(homeParser({ ...rules, more: "any" })("anna.toml", `${text}ports = 1\n`)).toHaveProperty("home");
	expect(parse("anna.toml", `${text}ports = [465]\n`)).toMatchObject({
		problems: [expect.stringContaining("ports: this key is not known")],
	});
});
