import type { RunCommand } from "../../shared/command.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { type Channel, createNotifier, type NotifierState } from "../../shared/notify.ts";
import { commandChannel } from "../../shared/notify-command.ts";
import type { SavedState } from "../../shared/saved-state.ts";
import type { RelayConfig } from "../config.ts";
import type { Registry } from "../homes/registry.ts";
import { domainOf } from "../postfix/queue.ts";
import { notifyMailRouted } from "./conditions.ts";
import { mailChannel } from "./mail.ts";
import { submitTo } from "./submit.ts";

export interface NotifiersOptions {
	config: RelayConfig["notify"];
	registry(): Registry;
	/** What a channel remembers, by its name. */
	state(channel: string): SavedState<NotifierState>;
	run: RunCommand;
	health: Health;
	log: Logger;
}

export interface Notifiers {
	/** Sees whether word of a home's absence would wait for its return. */
	review(): void;
	start(): Promise<void>;
	stop(): Promise<void>;
}

/** All ways by which the relay's owner is told. */
export async function createNotifiers(options: NotifiersOptions): Promise<Notifiers> {
	const { registry, state, run, health, log } = options;
	const { command, mail } = options.config;

	function mailRoutedHome(): boolean {
		const domain = domainOf(mail ?? "");
		return [...registry().homes.values()].some(({ domains }) => domains.includes(domain));
	}

	const byCommand = command && commandChannel({ command, program: "heimweg-relay", run });
	const byMail =
		mail !== undefined &&
		mailChannel({
			recipient: mail,
			host: await ownName(run),
			submit: submitTo(),
			routedHome: mailRoutedHome,
		});
	const channels = [byCommand, byMail].filter((channel): channel is Channel => Boolean(channel));
	const notifiers = channels.map((channel) =>
		createNotifier({ channel, state: state(channel.name), health, log }),
	);

	return {
		review() {
			if (mail !== undefined) health.put(notifyMailRouted, "", mailRoutedHome() ? { mail } : undefined);
		},
		async start() {
			for (const notifier of notifiers) await notifier.start();
		},
		async stop() {
			await Promise.all(notifiers.map((notifier) => notifier.stop()));
		},
	};
}

/** The name under which this machine sends mail. */
async function ownName(run: RunCommand): Promise<string> {
	const name = await run("postconf", ["-x", "-h", "myhostname"]).catch(() => "");
	return name.trim() || "localhost";
}
