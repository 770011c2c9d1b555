import { CommandError, type RunCommand } from "../../../shared/command.ts";

/** A Postfix as postconf(1) and postmap(1) show it. */
export interface Configured {
	values: Record<string, string>;
	/** As they are written, where that is something else. */
	written?: Record<string, string>;
	master?: string[];
	overrides?: Record<string, string>;
	/** What tables have; a string is what postmap says instead. */
	tables?: Record<string, Record<string, string> | string>;
	/** Local addresses that something listens on, as ss(8) shows them. */
	sockets?: string[];
	/** Paths of sockets that something listens on. */
	paths?: string[];
	/** What postconf says instead. */
	fails?: string;
}

/** Runs postconf and postmap on such a Postfix, and notes the command lines. */
export function configured(postfix: Configured, calls: string[] = []): RunCommand {
	return async (command, args, options) => {
		calls.push([command, ...args].join(" "));
		if (command === "postmap") return lookUp(postfix, args.at(-1)!, options?.input ?? "");
		if (command === "ss" && args.includes("-x"))
			return (postfix.paths ?? []).map((at) => `u_str LISTEN 0 10 ${at} 71 * 0`).join("\n");
		if (command === "ss")
			return (postfix.sockets ?? []).map((at) => `LISTEN 0 100 ${at} 0.0.0.0:*`).join("\n");
		if (postfix.fails)
			throw new CommandError("postconf", postfix.fails, { exitCode: 1, stderr: postfix.fails });
		const names = args.filter((one) => !one.startsWith("-"));
		if (args[0] === "-M") return (postfix.master ?? ["smtp inet n - y - - smtpd"]).join("\n");
		if (args.includes("-P")) return lines(postfix.overrides ?? {});
		const values = args[0] === "-x" ? postfix.values : { ...postfix.values, ...postfix.written };
		return lines(Object.fromEntries(names.map((name) => [name, values[name] ?? ""])));
	};
}

function lines(settings: Record<string, string>): string {
	return Object.entries(settings)
		.map(([name, value]) => `${name} = ${value}`.trimEnd())
		.join("\n");
}

function lookUp({ tables = {} }: Configured, name: string, input: string): string {
	const table = tables[name] ?? `postmap: fatal: open database ${name}: No such file or directory`;
	if (typeof table === "string") throw new CommandError("postmap", table, { exitCode: 1, stderr: table });
	const found = input.split("\n").filter((key) => key && Object.hasOwn(table, key));
	if (found.length === 0) throw new CommandError("postmap", "", { exitCode: 1, stderr: "" });
	return found.map((key) => `${key}\t${table[key]}`).join("\n");
}
