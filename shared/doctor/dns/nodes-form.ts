import { stringsOf } from "../../dns/text.ts";
import type { Answer } from "./answer.ts";

/** An answer as node:dns gives it, and its errors. */
export function inNodesForm(type: string, answer: Answer): never {
	if (answer.is === "unknown") {
		const code = answer.trouble.is === "silent" ? "ETIMEOUT" : "EREFUSED";
		throw Object.assign(new Error(answer.trouble.is), { code });
	}
	if (answer.is === "nothing")
		throw Object.assign(new Error("nothing"), { code: answer.noName ? "ENOTFOUND" : "ENODATA" });
	const records = answer.records.map((record) => {
		if (type === "TXT") return stringsOf(record) ?? [];
		if (type !== "MX") return record.replace(/\.$/, "");
		const [priority, exchange = ""] = record.split(" ");
		return { priority: Number(priority), exchange: exchange.replace(/\.$/, "") };
	});
	// The library declares the form of TXT alone.
	return records as never;
}
