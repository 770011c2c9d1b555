import { connect } from "node:net";
import type { Random } from "../shared/random.ts";
import { mutate, pick } from "./mutate.ts";
import type { People } from "./people.ts";

const atOnce = 16;

/** What Postfix asks for a home that sends under others' names, and what somebody else of its group might ask. */
export function wickedRequest(random: Random, { wicked }: People): Buffer {
	const mallory = pick(random, wicked);
	const client = pick(random, [mallory.address, "127.0.0.1", "::1", "", "10.0.0.1%lo", "\0"]);
	const sender = pick(random, [
		...["ceo@anna.example", "ceo@ANNA.example", `me@${mallory.id}.example`, "", "@", "x", "a@b@anna.example"],
		...[`ceo@anna.example@${mallory.id}.example`, "ü@xn--.example", "a".repeat(500)],
	]);
	const lines = [
		"request=smtpd_access_policy",
		`protocol_state=${pick(random, ["RCPT", "RCPT", "RCPT", "DATA", ""])}`,
		`client_address=${client}`,
		`sender=${sender}`,
		`recipient=${pick(random, ["x@far.example", "", "x"])}`,
	];
	const request = Buffer.from(`${lines.join("\n")}\n\n`);
	const how = random.below(10);
	if (how === 0) return Buffer.concat([random.bytes(random.below(200)), Buffer.from("\n\n")]);
	if (how === 1 && random.below(20) === 0) return Buffer.alloc(70_000, "x");
	return how < 4 ? Buffer.concat([mutate(random, request), Buffer.from("\n\n")]) : request;
}

export interface PolicyStorm {
	random: Random;
	people: People;
	count: number;
	/** Path of the socket. */
	socket: string;
	/** Is told each yes that nobody should have got. */
	onWrong(request: string): void;
}

/** Asks so many questions, each over a connection of its own; returns how many were answered or hung up on. */
export async function stormPolicy({ random, people, count, socket, onWrong }: PolicyStorm): Promise<number> {
	let left = count;
	let ended = 0;
	const askOn = async () => {
		while (left > 0) {
			left -= 1;
			const request = wickedRequest(random, people);
			const answers = await ask(socket, request);
			if (answers !== undefined) ended += 1;
			if (answers?.includes("action=OK") && !mayPass(request.toString("utf8"), people))
				onWrong(request.toString("latin1").slice(0, 500));
		}
	};
	await Promise.all(Array.from({ length: atOnce }, askOn));
	return ended;
}

/** Whether any request in the text is of a home with a sender of its own, or the empty one. */
function mayPass(text: string, { anna, bert, wicked }: People): boolean {
	return text.split("\n\n").some((request) => {
		const last = (name: string) =>
			request
				.split("\n")
				.findLast((line) => line.startsWith(`${name}=`))
				?.slice(name.length + 1);
		const home = [anna, bert, ...wicked].find(({ address }) => address === last("client_address"));
		const sender = last("sender");
		if (!home || sender === undefined) return false;
		return sender === "" || sender.toLowerCase().endsWith(`@${home.id}.example`);
	});
}

/** What is answered before the connection ends; undefined when nobody takes it, or says nothing for too long. */
function ask(path: string, request: Buffer): Promise<string | undefined> {
	return new Promise((resolve) => {
		let text = "";
		const socket = connect(path).setEncoding("utf8");
		socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
		socket.on("data", (piece) => {
			text += piece;
			// One answer is enough: what a request that was damaged left behind is none.
			socket.end();
		});
		socket.on("error", (error: NodeJS.ErrnoException) =>
			resolve(error.code === "ECONNRESET" || error.code === "EPIPE" ? text : undefined),
		);
		socket.on("close", () => resolve(text));
		socket.write(request);
	});
}
