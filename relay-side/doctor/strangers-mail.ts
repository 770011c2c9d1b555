import { HeimwegError, messageOf } from "../../shared/errors.ts";
import { mailText } from "../../shared/mail-text.ts";
import type { DoctorAnswer, MailWish } from "../../shared/protocol/doctor.ts";
import { keyedRate } from "../../shared/rate.ts";
import { isRequired, parseRecipient, type Recipient } from "../../shared/recipient.ts";
import type { sendMail } from "../../shared/smtp.ts";
import { DAY, HOUR, MINUTE } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { Home } from "../facts.ts";

/** How often a home may have a mail sent to itself; and all homes together. */
const perHome = [
	{ count: 1, window: MINUTE },
	{ count: 12, window: DAY },
];
const together = [{ count: 30, window: HOUR }];

const mail = {
	subject: "Heimweg: a mail as a stranger sends it",
	text: "Your relay has sent this to its own port 25, since this home asked how mail from outside comes in.",
};

/** Where the relay's port 25 is, as others see it. */
export interface OwnPlace {
	name: string;
	addresses: Parameters<typeof sendMail>[0]["server"][];
}

/** Sends homes mails that come in as anybody's do. */
export interface StrangersMail {
	/** Begins what a home asks for, once; says what became of it. */
	answer(home: Home, wish: MailWish): NonNullable<DoctorAnswer["mail"]>;
	/** Remembers nothing of other homes. */
	keep(homes: ReadonlyMap<string, unknown>): void;
}

/**
 * The relay hands a mail to its own public port 25, and so it is filtered and routed as a stranger's. It goes to nobody but
 * a valid recipient of the home that asks, says always the same, comes from nobody (so that none goes back), and seldom:
 * whoever has stolen a home's key gains nothing by it.
 */
export function createStrangersMail(options: {
	place(): Promise<OwnPlace>;
	send: typeof sendMail;
	/** Undefined while a home has told no list: then everybody of its domains counts. */
	isListed(home: Home, recipient: Recipient): boolean | undefined;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}): StrangersMail {
	const { place, send, isListed } = options;
	const [ofHome, ofAll] = [keyedRate(perHome, options.now), keyedRate(together, options.now)];
	const asked = new Map<string, NonNullable<DoctorAnswer["mail"]>>();

	function refusal(home: Home, to: Recipient | undefined): string | undefined {
		const domain = to?.slice(to.lastIndexOf("@") + 1);
		if (!to || to.startsWith("@") || !home.domains.includes(domain!))
			return say`it is no address of this home's domains`;
		if (!isRequired(to) && isListed(home, to) === false)
			return say`it is not among the valid recipients that this home has told the relay`;
		if (!ofHome.take(home.id)) return say`this home had one sent less than a minute ago, or many today`;
		if (!ofAll.take("")) return say`the homes had many sent within the hour`;
		return undefined;
	}

	async function begin(id: string, to: Recipient): Promise<void> {
		const { name, addresses } = await place();
		const [server] = addresses;
		if (!server) throw new HeimwegError(say`the relay does not know its public address`);
		const text = mailText({
			...{ ...mail, to, at: new Date(), from: `postmaster@${name}` },
			id: `${id}@heimweg.invalid`,
		});
		await send({ server, helo: name, from: "", to, text });
	}

	return {
		answer(home, { id, to }) {
			const known = asked.get(home.id);
			if (known?.id === id) return known;
			const recipient = parseRecipient(to);
			const failed = refusal(home, recipient);
			if (failed !== undefined) return { id, failed };
			asked.set(home.id, { id });
			const ended = (outcome: { sent: true } | { failed: string }) => {
				if (asked.get(home.id)?.id === id) asked.set(home.id, { id, ...outcome });
			};
			begin(id, recipient!).then(
				() => ended({ sent: true }),
				(error) => ended({ failed: messageOf(error).slice(0, 300) }),
			);
			return { id };
		},
		keep(homes) {
			for (const id of asked.keys()) if (!homes.has(id)) asked.delete(id);
			ofHome.keep(homes.keys());
		},
	};
}
