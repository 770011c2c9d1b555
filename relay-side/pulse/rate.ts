/**
 * How often each subject may do something: `perSecond`, and `burst` of them saved up. What is refused costs nothing: else
 * one who does too much would never get through again.
 */
export function createRate(perSecond: number, burst: number): (subject: string) => boolean {
	const allowance = new Map<string, { tokens: number; at: number }>();
	return (subject) => {
		const now = performance.now();
		const { tokens, at } = allowance.get(subject) ?? { tokens: burst, at: now };
		const filled = Math.min(burst, tokens + ((now - at) / 1_000) * perSecond);
		const granted = filled >= 1;
		allowance.set(subject, { tokens: granted ? filled - 1 : filled, at: now });
		return granted;
	};
}
