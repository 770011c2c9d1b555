import { type Answer, type Asked, htmlAnswer, textAnswer } from "./answer.ts";

/** Tells the caller its address, in plain text; too often is 429 with a web page, as the web server has it. */
export function checkIpView(asked: Asked, mayAsk: (address: string) => boolean): Answer {
	return mayAsk(asked.from) ? textAnswer(200, asked.from) : htmlAnswer(429, "429 Too Many Requests");
}
