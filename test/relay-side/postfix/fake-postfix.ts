import { readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CommandError, type RunCommand } from "../../../shared/command.ts";

/**
 * Postfix's commands as far as we call them, over real files in a folder: postmap's maps are lines of text here. The
 * traps are the real ones: `-i` alone does not overwrite, `-d` and `-q` exit 1 in silence when they find nothing.
 */
export interface FakePostfix {
	run: RunCommand;
	/** Every command line that was run. */
	calls: string[];
	databaseType: string;
	version: string;
	running: boolean;
	/** Whether what runs has read the files as they are. */
	isCurrent(): boolean;
	/** What `postfix check` says, if anything. */
	checkFails: string | undefined;
	/** What postmap says instead of writing, if anything. */
	postmapFails: string | undefined;
	main(): Map<string, string>;
	master(): string[];
}

const defaults: Record<string, string> = {
	transport_maps: "",
	// biome-ignore lint/suspicious/noTemplateCurlyInString: this is Postfix's syntax
	relay_domains: "${{$compatibility_level} <level {2} ? {$mydestination} : {}}",
	relay_transport: "relay",
	relay_recipient_maps: "",
	recipient_delimiter: "",
	parent_domain_matches_subdomains: "debug_peer_list,relay_domains,smtpd_access_maps",
	smtpd_relay_restrictions: "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination",
	inet_interfaces: "all",
};

const smtpLine = "smtp       unix  -       -       y       -       -       smtp";

export function fakePostfix(directory: string, main = "myhostname = relay.example\n"): FakePostfix {
	const mainFile = join(directory, "main.cf");
	const masterFile = join(directory, "master.cf");
	writeFileSync(mainFile, main);
	writeFileSync(masterFile, `${smtpLine}\n`);

	const files = () => readFileSync(mainFile, "utf8") + readFileSync(masterFile, "utf8");
	let loaded = files();
	const fake: FakePostfix = {
		run: async (command, args, options) => {
			fake.calls.push([command, ...args].join(" "));
			const printed = await commands[command]!([...args], options?.input ?? "");
			if (!options?.onLine) return printed;
			for (const line of printed.split("\n")) options.onLine(line);
			return "";
		},
		calls: [],
		databaseType: "lmdb",
		version: "3.10.4",
		running: true,
		isCurrent: () => loaded === files(),
		checkFails: undefined,
		postmapFails: undefined,
		main: () =>
			new Map(
				readFileSync(mainFile, "utf8")
					.split("\n")
					.flatMap((line) => {
						const [, name, value] = /^(\S+) =(?: (.*))?$/.exec(line) ?? [];
						return name ? [[name, value ?? ""] as const] : [];
					}),
			),
		master: () => readFileSync(masterFile, "utf8").split("\n").filter(Boolean),
	};

	const saveMain = (settings: Map<string, string>) =>
		writeFileSync(mainFile, [...settings].map(([name, value]) => `${name} = ${value}\n`).join(""));
	const saveMaster = (lines: string[]) =>
		writeFileSync(masterFile, lines.map((line) => `${line}\n`).join(""));
	const lineOf = (service: string) =>
		fake.master().find((line) => line.startsWith(`${service.split("/")[0]} `));

	const postconf = (args: string[]): string => {
		const rest = args.join(" ");
		const settings = fake.main();
		if (rest === "-h default_database_type") return fake.databaseType;
		if (rest === "-h mail_version") return fake.version;
		if (rest === "-h config_directory") return directory;
		if (rest === "-h queue_directory") return join(directory, "..", "spool");
		if (rest.startsWith("-x -h ")) return settings.get(args[2]!) ?? "";
		if (rest === "-F -h smtp/unix/chroot") return "y";
		const [flag = "", ...names] = args;
		if (flag === "-n")
			return names.flatMap((n) => (settings.has(n) ? [`${n} = ${settings.get(n)}`] : [])).join("\n");
		if (flag === "-e") {
			const [name, value] = split(names[0]!);
			saveMain(settings.set(name, value));
		} else if (flag === "-X") {
			settings.delete(names[0]!);
			saveMain(settings);
		} else if (flag === "-M" && names[0] === "-X") {
			saveMaster(fake.master().filter((line) => line !== lineOf(names[1]!)));
		} else if (flag === "-M" && names[0]!.includes("=")) {
			const [service, line] = split(names[0]!);
			saveMaster([...fake.master().filter((old) => old !== lineOf(service)), line]);
		} else if (flag === "-M") return lineOf(names[0]!) ?? "";
		else if (flag === "-P" && names[0]!.includes("=")) {
			const [path, value] = split(names[0]!);
			const [service, , name] = path.split("/");
			const line = lineOf(service!)!;
			const without = line.replace(new RegExp(` -o ${name}=\\S*`), "");
			saveMaster(fake.master().map((old) => (old === line ? `${without} -o ${name}=${value}` : old)));
		} else if (flag === "-P") {
			const service = names[0]!.split("/")[0]!;
			const found = [...(lineOf(service) ?? "").matchAll(/ -o ([^\s=]+)=(\S*)/g)];
			return found.map(([, name, value]) => `${service}/unix/${name} = ${value}`).join("\n");
		} else if (!flag.startsWith("-")) {
			return args.map((name) => `${name} = ${settings.get(name) ?? defaults[name] ?? ""}`).join("\n");
		} else throw new Error(`postconf ${rest} is not known here`);
		return "";
	};

	const postmap = (args: string[], input: string): string => {
		const [type, path] = args.at(-1)!.split(":") as [string, string];
		const file = `${path}.${type === "lmdb" ? "lmdb" : "db"}`;
		const flags = args.slice(0, -1).filter((flag) => flag !== "-");
		const fail = (text: string, exitCode = 1) => {
			throw new CommandError("postmap", text, { exitCode, stderr: text });
		};
		const read = (): Map<string, string> => {
			let text = "";
			try {
				text = readFileSync(file, "utf8");
			} catch {
				fail(`postmap: fatal: open database ${file}: No such file or directory`);
			}
			if (text.startsWith("garbage")) fail(`postmap: fatal: open database ${file}: Invalid argument`);
			return entriesOf(text);
		};
		const write = (entries: Map<string, string>) => {
			if (fake.postmapFails) fail(`postmap: fatal: ${fake.postmapFails}`);
			writeFileSync(file, [...entries].map(([key, value]) => `${key}\t${value}\n`).join(""), { mode: 0o600 });
		};
		const keys = input.split("\n").filter(Boolean);
		if (flags.includes("-s")) return [...read()].map(([key, value]) => `${key}\t${value}`).join("\n");
		if (flags.includes("-q")) {
			const found = [...read()].filter(([key]) => keys.includes(key));
			if (found.length === 0) fail("");
			return found.map(([key, value]) => `${key}\t${value}`).join("\n");
		}
		if (flags.includes("-d")) {
			const entries = read();
			const before = entries.size;
			for (const key of keys) entries.delete(key);
			write(entries);
			if (entries.size === before) fail("");
			return "";
		}
		if (!flags.includes("-i")) {
			write(entriesOf(readFileSync(path, "utf8")));
			return "";
		}
		let entries = new Map<string, string>();
		try {
			entries = entriesOf(readFileSync(file, "utf8"));
		} catch {
			// `postmap -i` makes the file.
		}
		for (const [key, value] of entriesOf(input)) {
			if (flags.includes("-r") || !entries.has(key)) entries.set(key, value);
		}
		write(entries);
		return "";
	};

	const commands: Record<string, (args: string[], input: string) => string | Promise<string>> = {
		postconf,
		postmap,
		postfix: ([what]) => {
			const fails =
				what === "check" ? fake.checkFails : what === "status" && !fake.running ? "not running" : undefined;
			if (fails)
				throw new CommandError("postfix", `"postfix ${what}" failed: ${fails}`, {
					exitCode: 1,
					stderr: fails,
				});
			if (what === "reload") loaded = files();
			return "";
		},
		id: ([, name]) => {
			if (name === "heimweg") return "999\n";
			throw new CommandError("id", `id: '${name}': no such user`, { exitCode: 1 });
		},
		setpriv: (args, input) => {
			const [command, ...rest] = args.slice(3);
			return commands[command!]!(rest, input);
		},
		mkdir: async (args) => {
			await mkdir(args.at(-1)!);
			return "";
		},
		install: async (args) => {
			await mkdir(args.at(-1)!, { recursive: true });
			return "";
		},
		chmod: async ([mode, path]) => {
			await chmod(path!, Number.parseInt(mode!, 8));
			return "";
		},
	};
	return fake;
}

function split(text: string): [string, string] {
	const at = text.indexOf("=");
	return [text.slice(0, at), text.slice(at + 1)];
}

function entriesOf(text: string): Map<string, string> {
	const lines = text.split("\n").filter(Boolean);
	return new Map(lines.map((line) => [line.split(/\s/)[0]!, line.replace(/^\S+\s+/, "")]));
}
