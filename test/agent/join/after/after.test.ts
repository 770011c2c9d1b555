import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { agent } from "../../../../agent/agent.ts";
import { afterEnrolment } from "../../../../agent/join/after/after.ts";
import { requireAnswers } from "../../../../agent/join/after/joined.ts";
import type { AfterDeps, AfterOptions } from "../../../../agent/join/after/options.ts";
import type { FoundSource } from "../../../../agent/recipients/find.ts";
import { parseAddress } from "../../../../shared/address.ts";
import { CommandError, type RunCommand } from "../../../../shared/command.ts";
import { loadConfig, parseConfig } from "../../../../shared/config.ts";
import { composedSide } from "../../../../shared/postfix/compose.ts";
import { configSchema } from "../../../../shared/program-kind.ts";
import { createPrompt } from "../../../../shared/prompt.ts";
import type { Recipient } from "../../../../shared/recipient.ts";
import { type FakePostfix, fakePostfix } from "../../../relay-side/postfix/fake-postfix.ts";
import { configText } from "../../config-examples.ts";

let folder: string;
let config: string;
let tokenFile: string;
let postfix: FakePostfix;
let active: boolean;
/** Units that an interrupted run has not started. */
let idle: Set<string>;
/** Milliseconds that the daemon has run. */
let runs: number;
let heard: string;
let done: string[];
let said: string[];
let sources: FoundSource[];
let sent: Array<{ from: string; to: string; text: string }>;
let mx: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-join-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	await mkdir(join(folder, "etc"));
	postfix = fakePostfix(join(folder, "etc"), "myorigin = home.lan\n");
	config = join(folder, "heimweg.toml");
	tokenFile = join(folder, "desec.token");
	await writeFile(config, configText({ more: '[mail]\ndomains = ["example.org"]' }), { mode: 0o640 });
	[active, done, said, sent, mx] = [false, [], [], [], "relay.example.net"];
	[idle, runs, heard] = [new Set(), 0, "0.0.0.0:25"];
	sources = [
		{ keys: { passwd: true }, recipients: ["anna@example.org" as Recipient], needs: [] },
		{
			keys: { tables: ["hash:/etc/postfix/virtual"] },
			recipients: ["info@example.org" as Recipient],
			needs: [
				{ is: "readable", what: "/etc/postfix/virtual.db", argv: ["chgrp", "heimweg-recipients", "/x"] },
			],
		},
	];
});

const run: RunCommand = async (command, args, options) => {
	const line = [command, ...args].join(" ");
	if (line === "postconf -hx myorigin") return postfix.main().get("myorigin") ?? "";
	if (line === "id -g heimweg") return String(process.getgid?.());
	if (command === "journalctl") {
		const id = /^Message-ID: <(.*)>$/m.exec(sent.at(-1)?.text ?? "")?.[1];
		return `4D1F0: message-id=<${id}>\n4D1F0: to=<anna@example.org>, relay=local, status=sent (delivered to maildir)`;
	}
	if (command === "systemctl" && args[0]!.startsWith("is-")) {
		if (!active || idle.has(args[2]!)) throw new CommandError(command, "inactive", { exitCode: 3 });
		return "";
	}
	if (command === "systemctl" && args[0] === "show")
		return String(Number(process.hrtime.bigint() / 1_000n) - runs * 1_000);
	if (command === "ss") return `LISTEN 0 100 ${heard} 0.0.0.0:*`;
	if (line === "postconf -hx inet_interfaces") return postfix.main().get("inet_interfaces") ?? "all";
	if (command === "systemctl" || command === "chgrp") {
		done.push(line);
		active ||= command === "systemctl";
		return "";
	}
	return postfix.run(command, args, options);
};

function after(options: AfterOptions = {}, changes: Partial<AfterDeps> = {}) {
	[done, said] = [[], []];
	const schema = configSchema(agent);
	const deps: AfterDeps = {
		run,
		prompt: createPrompt({ all: true }),
		line: {
			load: (file) => loadConfig(file, schema),
			parse: (name, text) => parseConfig(name, text, schema),
			postfix: (read) => composedSide("heimweg", agent.parts, read),
			status: async () => ({ known: { tunnel: { up: true }, records: { inSync: true } }, text: "" }),
		},
		say: (line) => void said.push(line),
		async zoneOf(_, token) {
			if (token !== "right-token") throw new Error("deSEC: 401");
			return "example.org";
		},
		findRecipients: async () => ({ sources, unknown: [] }),
		resolveMx: async () => [{ exchange: mx }],
		async sendMail(mail) {
			sent.push(mail);
			return "250 ok";
		},
		tokenFile,
		...changes,
	};
	const relay = { endpoint: "relay.example.net:51820", addresses: [parseAddress("10.86.0.1")] };
	return afterEnrolment({ domains: ["example.org"], relay, config }, { tokenFile: given, ...options }, deps);
}

let given: string;
beforeEach(async () => {
	given = join(folder, "given");
	await writeFile(given, "right-token\n");
});

test("after the code: records, recipients, Postfix and the units, then a mail out and in as the proof", async () => {
	expect(await after({ yes: true })).toBe(0);
	const read = (await loadConfig(config, configSchema(agent))) as object;
	expect(read).toMatchObject({
		dns: { names: ["mail.example.org"] },
		recipients: { passwd: true, tables: ["hash:/etc/postfix/virtual"] },
	});
	expect(await readFile(tokenFile, "utf8")).toBe("right-token\n");
	expect((await stat(tokenFile)).mode & 0o777).toBe(0o640);
	expect(postfix.main().get("relayhost")).toBe("[10.86.0.1]:25");
	expect(postfix.main().get("myorigin")).toBe("example.org");
	expect(done).toEqual([
		"chgrp heimweg-recipients /x",
		"systemctl enable --now heimweg-recipients.timer heimweg-recipients.path",
		"systemctl start heimweg-recipients.service",
		"systemctl enable --now heimweg",
	]);
	expect(sent).toMatchObject([{ from: "postmaster@example.org", to: "anna@example.org" }]);
	const text = said.join("\n");
	expect(text).toMatch(
		/\(any\) +\(any\) +\(any\) +no\n +example\.org +mail +A +yes\n +example\.org +mail +AAAA +yes/,
	);
	expect(text).toContain("incoming mail: one lies in the mailbox of anna@example.org");
	expect(text).not.toContain("right-token");
	expect(text).not.toContain("Not proven");
});

test("a dry run shows what there is to do and touches nothing, and its status says whether there is something", async () => {
	const before = [await readFile(config, "utf8"), postfix.main()];
	expect(await after({ yes: true, dryRun: true })).toBe(1);
	expect(said.join("\n")).toContain("start heimweg, now and at each boot");
	expect([done, sent]).toEqual([[], []]);
	expect([await readFile(config, "utf8"), postfix.main()]).toEqual(before);
	await after({ yes: true });
	expect(await after({ yes: true, dryRun: true, tokenFile: undefined as never })).toBe(0);
	expect(done).toEqual([]);
});

test("run again it changes nothing, and asks for nothing that is known", async () => {
	await after({ yes: true });
	const before = await readFile(config, "utf8");
	expect(await after({ yes: true, tokenFile: undefined as never })).toBe(0);
	expect(done).toEqual([]);
	expect(said).toContain("\nNothing is to be done: all of it stands already.");
	expect(await readFile(config, "utf8")).toBe(before);
});

test("a run that was interrupted before the units started is completed by the next one", async () => {
	const again = () => after({ yes: true, tokenFile: undefined as never });
	await after({ yes: true });
	idle = new Set(["heimweg-recipients.timer", "heimweg-recipients.path"]);
	expect(await again()).toBe(0);
	const list = "systemctl start heimweg-recipients.service";
	expect(done).toEqual(["systemctl enable --now heimweg-recipients.timer heimweg-recipients.path", list]);
	idle = new Set(["heimweg"]);
	expect(await again()).toBe(0);
	expect(done).toEqual(["systemctl enable --now heimweg"]);
	idle = new Set();
	// It started before the files were written.
	runs = 3_600_000;
	expect(await again()).toBe(0);
	expect(done).toEqual(["systemctl restart heimweg"]);
	idle = new Set(["heimweg-recipients.path"]);
	await again();
	expect(done).toEqual(["systemctl enable --now heimweg-recipients.path", list, "systemctl restart heimweg"]);
});

test("a Postfix that was to listen for others and was not restarted is restarted by the next run", async () => {
	await after({ yes: true });
	heard = "127.0.0.1:25";
	expect(await after({ yes: true, tokenFile: undefined as never })).toBe(0);
	expect(done).toEqual(["systemctl try-restart postfix"]);
});

test("a Postfix that was set and not told, since the power or Ctrl-C came between, is told by the next run", async () => {
	const killed = new Promise<"killed">((resolve) => {
		const until: RunCommand = async (command, args, options) => {
			if (command !== "postfix" || args[0] !== "reload") return run(command, args, options);
			resolve("killed");
			return new Promise(() => {});
		};
		after({ yes: true }, { run: until });
	});
	await killed;
	expect(postfix.isCurrent()).toBe(false);
	expect(await after({ yes: true, tokenFile: undefined as never })).toBe(0);
	expect(said).toContain("done: have Postfix read its settings, which an interrupted run has set");
	expect(postfix.isCurrent()).toBe(true);
	expect(await after({ yes: true, tokenFile: undefined as never, dryRun: true })).toBe(0);
});

test("a token that heimweg.toml has elsewhere is neither asked for nor written where nobody reads it", async () => {
	const text = configText({ more: '[mail]\ndomains = ["example.org"]' });
	const own = '[dns]\nnames = ["mail.example.org"]\ntoken_file = "credential:desec"\n';
	await writeFile(config, `${text}\n${own}`, { mode: 0o640 });
	await expect(after({ yes: true })).rejects.toThrow("has the token in credential:desec");
	expect(await after({ yes: true, tokenFile: undefined as never })).toBe(0);
	await expect(stat(tokenFile)).rejects.toThrow("ENOENT");
});

test("a token that deSEC does not know is told before anything is written", async () => {
	await writeFile(given, "wrong-token\n");
	const before = await readFile(config, "utf8");
	await expect(after({ yes: true })).rejects.toThrow("deSEC: 401");
	expect([await readFile(config, "utf8"), done]).toEqual([before, []]);
	await expect(stat(tokenFile)).rejects.toThrow("ENOENT");
});

test("without records and without a mail, what is not proven is said, with the lines for the DNS", async () => {
	mx = "mx.elsewhere.example";
	expect(await after({ yes: true, dns: false, mail: false, tokenFile: undefined as never })).toBe(0);
	expect(await readFile(config, "utf8")).not.toContain("[dns]");
	const text = said.join("\n");
	expect(text).toContain("mail, in and out: none was sent");
	expect(text).toContain("the MX of example.org is not the relay yet");
	expect(text).toContain("  example.org.  MX   10 relay.example.net.");
	expect(text).toContain('  example.org.  TXT  "v=spf1 mx ~all"');
	expect(sent).toEqual([]);
});

test("a relay that takes no mail is told in its words, and makes the exit status 1", async () => {
	const sendMail = async () => {
		throw new Error("10.86.0.1 said: 450 4.3.0 later");
	};
	expect(await after({ yes: true }, { sendMail })).toBe(1);
	expect(said.join("\n")).toContain("outgoing mail: 10.86.0.1 said: 450 4.3.0 later");
});

test("a mailbox in another domain is none", async () => {
	await expect(after({ yes: true, mailbox: "x@other.example" })).rejects.toThrow(
		"--mailbox ADDRESS: expected an address in example.org",
	);
});

test("what a file of one's own has for heimweg.toml is taken, and is not asked for", async () => {
	const add = join(folder, "add.toml");
	await writeFile(add, '[dns]\nnames = ["box.example.org"]\n[recipients]\nfiles = ["/etc/mine"]\n');
	expect(await after({ yes: true, add })).toBe(0);
	expect(await loadConfig(config, configSchema(agent))).toMatchObject({
		dns: { names: ["box.example.org"] },
		recipients: { files: ["/etc/mine"] },
	});
	await writeFile(add, "[dns]\ncolour = 1\n");
	await expect(after({ yes: true, add })).rejects.toThrow();
});

test("without a terminal, what would be asked must be answered before this home joins", () => {
	const nobody = createPrompt({ all: true });
	expect(() => requireAnswers(nobody, {}, false)).toThrow("--yes is needed");
	expect(() => requireAnswers(nobody, { yes: true }, false)).toThrow(
		"--token-file FILE or --no-dns is needed",
	);
	for (const answered of [{ dns: false }, { tokenFile: "/x" }])
		expect(() => requireAnswers(nobody, { yes: true, ...answered }, false)).not.toThrow();
	expect(() => requireAnswers(nobody, { yes: true }, true)).not.toThrow();
});
