import { HeimwegError } from "../../shared/errors.ts";
import { say } from "../../shared/words/say.ts";

/** An answer that is under way while the question is asked is one to the check-in before. */
const mostMissing = 2;

/** One question to the relay, which is said in each check-in until its answer has come. */
export interface Question<Asked, Answer> {
	/** What is asked now. */
	readonly asked: Asked | undefined;
	/** Asks, or joins who asks already. Rejects with a HeimwegError when no answer comes. */
	ask(make: () => Asked): Promise<Answer>;
	/** Takes what the relay said to it: nothing, that it is at it, or, with `ended`, the answer. */
	heard(said: Answer | undefined, ended: boolean): void;
	stop(): void;
}

export function createQuestion<Asked, Answer>(options: {
	/** Milliseconds for all of it. */
	patience: number;
	/** What is said when they are over, and when the relay does not know the question. */
	late: string;
	unknown: string;
}): Question<Asked, Answer> {
	let asked: Asked | undefined;
	let missing = 0;
	let asking: Promise<Answer> | undefined;
	let settle: (answer: Answer | Error) => void = () => {};

	return {
		get asked() {
			return asked;
		},
		ask(make) {
			if (asking) return asking;
			asked = make();
			missing = 0;
			asking = new Promise<Answer>((resolve, reject) => {
				const timer = setTimeout(() => settle(new HeimwegError(options.late)), options.patience);
				settle = (answer) => {
					clearTimeout(timer);
					asked = undefined;
					asking = undefined;
					settle = () => {};
					if (answer instanceof Error) reject(answer);
					else resolve(answer);
				};
			});
			return asking;
		},
		heard(said, ended) {
			if (asked === undefined) return;
			if (said === undefined) {
				if (++missing > mostMissing) settle(new HeimwegError(options.unknown));
			} else if (ended) settle(said);
			else missing = 0;
		},
		stop: () => settle(new HeimwegError(say`the daemon ends`)),
	};
}
