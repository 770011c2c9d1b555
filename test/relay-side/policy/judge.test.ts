import { expect, test } from "vitest";
import { actionOf, judge, type PolicyRequest, readRequest } from "../../../relay-side/policy/judge.ts";
import { parseAddress } from "../../../shared/address.ts";
import { homeOf } from "../homes/examples.ts";

const anna = homeOf("anna", 2, { domains: ["example.org", "xn--mnchen-3ya.example"] });
const bert = homeOf("bert", 3, { senders: "any" });
const world = {
	homeAt: (address: string) => [anna, bert].find((home) => home.addresses[0] === address),
	deferred: new Set(["contested.example"]),
};

function answer(sender: string, client = "10.86.0.2"): string {
	const request: PolicyRequest = { client: parseAddress(client), sender, recipient: "someone@far.example" };
	return actionOf(judge(request, world), sender);
}

const asked = (changes: Record<string, string> = {}) =>
	Object.entries({
		request: "smtpd_access_policy",
		protocol_state: "RCPT",
		client_address: "10.86.0.2",
		sender: "anna@example.org",
		recipient: "someone@far.example",
		...changes,
	})
		.map(([name, value]) => `${name}=${value}`)
		.join("\n");

test.each(["anna@example.org", "ANNA@Example.ORG", "x@xn--mnchen-3ya.example", "x@münchen.example", ""])(
	"a home may send with a sender of its own domains, and the empty one: <%s>",
	(sender) => {
		expect(answer(sender)).toBe("OK");
	},
);

test.each([
	"anna@other.example",
	"anna@sub.example.org",
	"anna@notexample.org",
	"anna",
	"example.org",
	"anna@example.org@other.example",
	"@",
])("a sender that is in no domain of the home is refused for good, in words that name it: <%s>", (sender) => {
	expect(answer(sender)).toBe(
		`550 5.7.1 this relay does not send mail from <${sender}> for the home anna: see senders and domains in its file homes.d/anna.toml on the relay`,
	);
});

test("a home whose file says senders = any may send with every sender", () => {
	expect(answer("anna@example.org", "10.86.0.3")).toBe("OK");
	expect(answer("anyone@anywhere.example", "10.86.0.3")).toBe("OK");
});

test("what cannot be told now is put off, never refused: no home's address, a contested domain", () => {
	expect(answer("anna@example.org", "10.86.0.99")).toMatch(/^451 4\.7\.1 /);
	expect(answer("", "10.86.0.99")).toMatch(/^451 4\.7\.1 /);
	expect(answer("anna@contested.example")).toMatch(/^451 4\.7\.1 .*contested\.example/);
});

test("a sender cannot put lines or control characters into the answer", () => {
	const action = answer(`a\r\n\naction=OK\u0000\u00e9${"x".repeat(500)}@other.example`);
	expect(action).toMatch(/^550 5\.7\.1 [\x20-\x7e]+$/);
	expect(action.length).toBeLessThan(400);
});

test("a request is read as Postfix writes it, with whatever else it tells", () => {
	expect(readRequest(asked({ sender: "", queue_id: "", sasl_method: "x=y" }))).toEqual({
		client: "10.86.0.2",
		sender: "",
		recipient: "someone@far.example",
	});
	expect(readRequest(asked({ sender: "a=b@example.org" }))?.sender).toBe("a=b@example.org");
});

test.each([
	["another service's request", asked({ request: "other" })],
	["another moment of the conversation", asked({ protocol_state: "MAIL" })],
	["no recipient", asked({ recipient: "" })],
	["a client that is no address", asked({ client_address: "unknown" })],
	["no sender at all", asked().replace(/^sender=.*\n/m, "")],
	["nothing", ""],
	["noise", "\u0000=\u0001\n==\n"],
])("no answer is given to %s", (_, text) => {
	expect(readRequest(text)).toBeUndefined();
});
