/** What a home sent is not taken; with the HTTP status that says why. */
export class Refused extends Error {
	readonly status: 400 | 403 | 409 | 413 | 429;

	constructor(status: Refused["status"], message: string) {
		super(message);
		this.status = status;
	}
}
