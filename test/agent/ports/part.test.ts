import { expect, onTestFinished, test } from "vitest";
import { agentFacts } from "../../../agent/facts.ts";
import type { AgentContext, AgentPart } from "../../../agent/part.ts";
import { type PortsStatus, ports } from "../../../agent/ports/part.ts";
import type { RunCommand } from "../../../shared/command.ts";
import { Health } from "../../../shared/health.ts";
import { silent } from "../../shared/silent.ts";

const submissions = "10465      inet  n       -       y       -       -       smtpd";

/** The part at work beside a Postfix, whose answers may be kept back. */
async function atWork() {
	const facts = agentFacts();
	const postfix = { services: submissions, keepBack: false, keptBack: [] as Array<() => void> };
	const run: RunCommand = async (command) => {
		if (command === "ss") return "LISTEN 0 100 0.0.0.0:10465 0.0.0.0:*";
		const { services, keepBack } = postfix;
		if (keepBack) await new Promise<void>((resolve) => postfix.keptBack.push(resolve));
		return services;
	};
	const context = { facts, run, health: new Health(silent), log: silent, statusChanged() {} };
	const config = { ports: { serve: [465], names: ["mail.example.org"] } };
	const part = [
		await ports.create(config as never, context as unknown as AgentContext, undefined),
	].flat()[0]!;
	onTestFinished(async () => void (await part.stop?.()));
	return {
		...{ part: part as AgentPart, postfix, changed: facts.settingsChanges.own("delivery") },
		offered: () => (part.status!("all" as never) as PortsStatus).ports?.offered,
	};
}

test("of two looks at what is set up the one that began last is believed, however long the other takes", async () => {
	const { part, postfix, changed, offered } = await atWork();
	postfix.keepBack = true;
	await part.start?.();
	await expect.poll(() => postfix.keptBack).toHaveLength(1);
	[postfix.keepBack, postfix.services] = [false, ""];
	changed(1);
	await new Promise((resolve) => setTimeout(resolve, 50));
	postfix.keptBack[0]!();
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(offered()).toEqual([]);
	postfix.services = submissions;
	changed(2);
	await expect.poll(offered).toEqual([465]);
});
