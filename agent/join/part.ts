import { runCommand } from "../../shared/command.ts";
import { wordsOf } from "../../shared/invitation/words.ts";
import { plainLines } from "../../shared/plain-text.ts";
import { agentPart } from "../part.ts";
import { joinCommand } from "./command.ts";
import { homeKey } from "./key.ts";

/** How this machine becomes a home: `heimweg join`, and its key. The daemon has nothing to do with it. */
export const join = agentPart({
	name: "join",
	create: () => undefined,

	cli(program, { end }) {
		const print = (text: string) => void process.stdout.write(plainLines(`${text}\n`));
		program
			.command("join")
			.description(
				"makes this machine a home: asks for the code of heimweg-relay invite, or reads it from standard input",
			)
			.action(() => {
				const stop = new AbortController();
				const abort = () =>
					stop.abort(new Error('ended before this home has joined; "heimweg join" goes on'));
				process.once("SIGINT", abort).once("SIGTERM", abort);
				const work = async () => {
					await joinCommand({ run: runCommand, input: process.stdin, say: print, signal: stop.signal });
					print('Now run "systemctl enable --now heimweg".');
					return 0;
				};
				return end(work());
			});
		program
			.command("key")
			.description(
				"prints this home's public key for heimweg-relay admit, and makes the key if there is none",
			)
			.action(() =>
				end(
					homeKey().then((key) => {
						print(key);
						process.stderr.write(plainLines(`six words of it: ${wordsOf(key)}\n`));
						return 0;
					}),
				),
			);
	},
});
