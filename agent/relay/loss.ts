export interface LossWatch {
	/** A pulse was answered, or was not; pulses of a tunnel that is silent altogether do not belong here. */
	count(answered: boolean): void;
	/** True while so many of the last pulses were lost that mail is slowed down. */
	readonly heavy: boolean;
	/** The share of the last pulses that was lost, 0 to 1. */
	readonly share: number;
}

/** Pulses that are looked at; how many lost ones of them begin it, and how few end it. */
const window = 40;
const begins = 11;
const ends = 3;

/**
 * Watches how many pulses go unanswered on a line that works otherwise. A reconnect loses two or three in a row; a
 * line that loses a fifth of its packets each way loses a third of the pulses.
 */
export function watchLoss(): LossWatch {
	let last: boolean[] = [];
	let heavy = false;
	const lost = () => last.filter((answered) => !answered).length;
	return {
		count(answered) {
			last = [...last, answered].slice(-window);
			heavy = lost() >= (heavy ? ends + 1 : begins);
		},
		get heavy() {
			return heavy;
		},
		get share() {
			return last.length > 0 ? lost() / last.length : 0;
		},
	};
}
