import type { Outcome } from "../lab/command.ts";
import type { Internet } from "../lab/internet.ts";
import type { Scene } from "../lab/scene.ts";

/** A mail that arrived, whole. */
export interface Copy {
	id: number;
	attempt: number;
	/** Milliseconds since 1970. */
	at: number;
}

/** What lies in the mailboxes at home, and in the internet's. */
export interface Arrived {
	home: Copy[];
	internet: Copy[];
}

type Exec = (argv: readonly string[], options: { timeout: number }) => Promise<Outcome>;

/** Looks into every mailbox. */
export async function arrived({ lab }: Scene, mailboxes: readonly string[]): Promise<Arrived> {
	const folders = mailboxes.flatMap((mailbox) =>
		["new", "cur"].map((part) => `/home/${mailbox}/Maildir/${part}`),
	);
	const internet: Internet["exec"] = lab.internet.exec;
	return {
		home: await copiesIn((argv, options) => lab.home.exec(argv, options), folders),
		internet: await copiesIn(internet, ["/tmp/inbox"]),
	};
}

async function copiesIn(exec: Exec, folders: readonly string[]): Promise<Copy[]> {
	const script = `for folder; do
	[ -d "$folder" ] || continue
	find "$folder" -type f -printf '%T@ %p\\n'
	grep -rHE '^chaos [0-9]+ [0-9]+ whole' "$folder"
done
true`;
	const { stdout, stderr, exitCode } = await exec(["sh", "-c", script, "sh", ...folders], {
		timeout: 60_000,
	});
	if (exitCode !== 0) throw new Error(`cannot look into the mailboxes: ${stderr}`);
	return copiesFrom(stdout);
}

/** Reads what find and grep print: `SECONDS PATH` for a file, `PATH:chaos ID ATTEMPT whole` for a mail in it. */
export function copiesFrom(text: string): Copy[] {
	const written = new Map<string, number>();
	const copies: Copy[] = [];
	for (const line of text.split("\n")) {
		const [, seconds, file] = /^(\d+\.\d+) (\/.*)$/.exec(line) ?? [];
		if (file) written.set(file, Math.round(Number(seconds) * 1000));
		const [, path = "", id, attempt] = /^(\/.*):chaos (\d+) (\d+) whole\r?$/.exec(line) ?? [];
		if (id) copies.push({ id: Number(id), attempt: Number(attempt), at: written.get(path) ?? Number.NaN });
	}
	return copies;
}
