import { expect, test } from "vitest";
import { mailByHome } from "../../../relay-side/queue/waiting.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { postfixFlush } from "../../../shared/postfix/flush.ts";

function recorder(act: () => Promise<string> = async () => "") {
	const lines: string[] = [];
	const run: RunCommand = async (command, args) => {
		lines.push([command, ...args].join(" "));
		return act();
	};
	return { lines, run };
}

test("each mail is flushed by itself, a few at a time", async () => {
	let now = 0;
	let most = 0;
	const { lines, run } = recorder(async () => {
		now += 1;
		most = Math.max(most, now);
		await new Promise((resolve) => setImmediate(resolve));
		now -= 1;
		return "";
	});
	const ids = Array.from({ length: 50 }, (_, index) => `4bX${index + 10}zR`);
	await postfixFlush(run)(ids);
	expect(lines.sort()).toEqual(ids.map((id) => `postqueue -i ${id}`).sort());
	expect(most).toBe(4);
});

test("what is no queue id never becomes an argument", async () => {
	const { lines, run } = recorder();
	await postfixFlush(run)(["-f", "../../etc", "ALL ", "", "3F2A91C0B7"]);
	expect(lines).toEqual(["postqueue -i 3F2A91C0B7"]);
});

test("a Postfix that cannot be told ends the flush, with what to do", async () => {
	const { lines, run } = recorder(async () => {
		throw new CommandError("postqueue", '"postqueue -i 3F2A91C0B7" failed: mail system is down');
	});
	const ids = Array.from({ length: 50 }, (_, index) => `3F2A91C${index + 10}`);
	await expect(postfixFlush(run)(ids)).rejects.toMatchObject({
		message: expect.stringContaining("mail system is down"),
		remedy: expect.stringContaining("systemctl status postfix"),
	});
	expect(lines.length).toBeLessThanOrEqual(4);
});

test("the queue is sorted by home: a mail for two is in both, one on hold or for nobody in none", async () => {
	const message = (id: string, queue: string, ...addresses: string[]) => ({
		queue_id: id,
		queue_name: queue,
		arrival_time: 1_700_000_000,
		recipients: addresses.map((address) => ({ address, delay_reason: `of ${address}` })),
	});
	async function* queue() {
		yield message("A", "deferred", "x@anna.example", "y@anna.example", "x@BERT.example");
		yield message("B", "active", "x@elsewhere.test", "x@anna.example");
		yield message("C", "hold", "x@anna.example");
		yield message("D", "maildrop", "x@anna.example");
		yield message("E", "incoming", "x@bert.example");
	}
	const homes = new Map([
		["anna.example", "anna"],
		["bert.example", "bert"],
	]);
	const lists = await mailByHome(queue(), (domain) => homes.get(domain));
	expect([...lists.keys()]).toEqual(["anna", "bert"]);
	expect(lists.get("anna")?.map(({ id, queue }) => `${id} ${queue}`)).toEqual(["A deferred", "B active"]);
	expect(lists.get("bert")?.map(({ id }) => id)).toEqual(["A", "E"]);
	expect(lists.get("anna")?.[0]?.reason).toBe("of x@anna.example");
});
