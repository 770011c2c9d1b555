import { afterEach, expect, test } from "vitest";
import { showPolicies } from "../../../shared/dns/zones/cli.ts";
import { policiesFor, policyText } from "../../../shared/dns/zones/policies.ts";
import type { ShownPolicies } from "../../../shared/dns/zones/protocol.ts";
import { createPrompt } from "../../../shared/prompt.ts";
import { TOKEN } from "../../desec/asking.ts";
import { type ZonesScene, zonesScene } from "./zones-scene.ts";

let scene: ZonesScene;
afterEach(() => scene?.end());

const deps = (out: { text: string }) => ({
	program: "heimweg",
	ask: async (command: string, argument: string) => JSON.stringify(await scene.command(command, argument)),
	out: {
		write(text: string) {
			out.text += text;
		},
	},
	prompt: createPrompt({ all: true }),
});

test("the policies that are printed are enough for an apply, and for nothing else", async () => {
	scene = await zonesScene();
	const { wanted } = (await scene.command("dns-policy", "")) as ShownPolicies;
	await scene.end();
	scene = await zonesScene({ desec: { tokens: [{ secret: TOKEN, policies: wanted }] } });
	expect((await scene.apply()).done).toHaveLength(12);
	const other = [{ subname: "www", type: "A", ttl: 3600, records: ["192.0.2.1"] }];
	const { status } = await fetch(`${scene.desec.url}/domains/example.org/rrsets/`, {
		...{ method: "PATCH", body: JSON.stringify(other) },
		headers: { authorization: `Token ${TOKEN}`, "content-type": "application/json" },
	});
	expect(status).toBe(403);
});

test("the default policy comes first, since deSEC takes no other before it", () => {
	const policies = policiesFor([{ name: "mail.example.org", type: "A" }], ["example.org"]);
	expect(policyText(policies)).toBe(
		[
			"domain       subname  type   permission to write",
			"(any)        (any)    (any)  no",
			"example.org  mail     A      yes",
		].join("\n"),
	);
	expect(policiesFor([{ name: "mail.example.com", type: "A" }], ["example.org"])).toHaveLength(1);
});

test("a token is compared with what it needs by its id, and says what it lacks", async () => {
	const only = [
		{ domain: null, subname: null, type: null, write: false },
		{ domain: "example.org", subname: "mail", type: "A", write: true },
		{ domain: "example.org", subname: "www", type: null, write: true },
	];
	scene = await zonesScene({ desec: { tokens: [{ secret: TOKEN, id: "abc", policies: only }] } });
	const out = { text: "" };
	expect(await showPolicies("abc", deps(out))).toBe(1);
	expect(out.text).toMatch(/^missing:\n.*example\.org {2}_dmarc +TXT +yes/s);
	expect(out.text).toMatch(/not needed:\n.*\nexample\.org {2}www +\(any\) +yes/);
	await expect(showPolicies("another", deps(out))).rejects.toThrow("the token may not do that");
});
