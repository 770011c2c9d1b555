import type { RunCommand } from "../../shared/command.ts";
import { createNotifier, notifierStateSchema } from "../../shared/notify.ts";
import { relayPart } from "../part.ts";
import { domainOf } from "../postfix/queue.ts";
import * as conditions from "./conditions.ts";
import { mailChannel } from "./mail.ts";
import { submitTo } from "./submit.ts";

/** The owner is told by mail of what keeps a home's mail from arriving. */
export const notify = relayPart({
	name: "notify",
	conditions: Object.values(conditions),

	async create({ notify: { mail } }, { facts, run, health, log, state }) {
		if (mail === undefined) return undefined;
		const routedHome = () => facts.homes.value?.byDomain.has(domainOf(mail)) ?? false;
		const notifier = createNotifier({
			channel: mailChannel({ recipient: mail, host: await ownName(run), submit: submitTo(), routedHome }),
			state: state("notify.mail.json", notifierStateSchema),
			health,
			log,
		});
		facts.homes.subscribe(() =>
			health.put(conditions.notifyMailRouted, "", routedHome() ? { mail } : undefined),
		);
		return { name: "notify", start: notifier.start, stop: notifier.stop };
	},
});

/** The name under which this machine sends mail. */
async function ownName(run: RunCommand): Promise<string> {
	const name = await run("postconf", ["-x", "-h", "myhostname"]).catch(() => "");
	return name.trim() || "localhost";
}
