import { beforeEach, describe, expect, test } from "vitest";
import { worldMailWaits } from "../../../relay-side/queue/conditions.ts";
import { createWorldMail } from "../../../relay-side/queue/world.ts";
import type { Health } from "../../../shared/health.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";
import { silentHealth } from "../../shared/silent.ts";

const now = 1_000_000;
const noName = (domain: string) =>
	`Host or domain name not found. Name service error for name=${domain} type=MX: Host not found, try again`;

function deferred(to: string, reason: string, age = 120): QueuedMessage {
	return {
		queue_id: "4XyZ",
		queue_name: "deferred",
		arrival_time: now - age,
		recipients: [{ address: to, delay_reason: reason }],
	};
}

describe("mail to the world that waits on the relay", () => {
	let health: Health;
	let resolver: boolean;
	let asked: number;
	beforeEach(() => {
		health = silentHealth();
		resolver = false;
		asked = 0;
	});

	async function look(...messages: QueuedMessage[]): Promise<string[]> {
		const world = createWorldMail({
			atHome: (address) => address.endsWith("@example.org"),
			resolverAnswers: async () => {
				asked += 1;
				return resolver;
			},
			health,
			now: () => now,
		});
		const passed: QueuedMessage[] = [];
		async function* list() {
			yield* messages;
		}
		for await (const message of world.through(list())) passed.push(message);
		expect(passed).toEqual(messages);
		return health.list().map(({ text, remedy }) => `${text} / ${remedy}`);
	}

	test("is told when the relay cannot look names up, with the file to look at, until it can", async () => {
		const [said] = await look(deferred("x@sender.test", noName("sender.test")));
		expect(said).toContain("this relay cannot look names up");
		expect(said).toContain("name=sender.test");
		expect(said).toContain("/etc/resolv.conf");
		expect(health.list()[0]).toMatchObject({ code: worldMailWaits.code, severity: "error" });
		expect(await look()).toEqual([]);
	});

	test("is no news while the resolver answers and only some domain's own name servers do not", async () => {
		resolver = true;
		expect(await look(deferred("x@sender.test", noName("sender.test")))).toEqual([]);
		expect(asked).toBe(1);
		const many = ["a.test", "b.test", "c.test"].map((name) => deferred(`x@${name}`, noName(name)));
		expect(await look(...many)).toHaveLength(1);
	});

	test("is no news when a server out there wants it later, or when it only just came", async () => {
		const later = "host mx.world.test[192.0.2.9] said: 450 4.2.0 Greylisted (in reply to RCPT TO command)";
		expect(await look(deferred("x@world.test", later))).toEqual([]);
		expect(await look(deferred("x@world.test", "mail transport unavailable", 5))).toEqual([]);
		expect(await look(deferred("anna@example.org", "mail transport unavailable"))).toEqual([]);
		expect(await look(deferred("x@world.test", "mail transport unavailable"))).toHaveLength(1);
	});

	test("keeps its first words, so that each mail that comes is not told anew", async () => {
		const [first] = await look(deferred("x@a.test", noName("a.test")));
		const [second] = await look(deferred("x@b.test", noName("b.test")));
		expect(second).toBe(first);
	});
});
