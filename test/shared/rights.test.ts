import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { startFailure } from "../../shared/rights.ts";

test("only what setpriv itself says of the program counts as a start that failed", () => {
	const said = "setpriv: failed to execute postconf: No such file or directory";
	expect(startFailure("postconf", 127, said)).toBe("missing");
	expect(startFailure("postconf", 126, said)).toBe("unusable");
	expect(startFailure("postconf", 1, said)).toBeUndefined();
	expect(startFailure("postmap", 127, said)).toBeUndefined();
	expect(startFailure("postconf", 127, undefined)).toBeUndefined();
});

/** As the units start a daemon: a user with one ambient right and no way to others. */
const asDaemon = [
	...["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"],
	...["--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin", "--bounding-set=-all,+net_admin"],
];
const bundle = (source: string) =>
	execFileSync("npx", [...["--no-install", "esbuild", "--bundle", "--platform=node", "--format=cjs"]], {
		input: source,
		cwd: new URL("../..", import.meta.url).pathname,
		encoding: "utf8",
		stdio: ["pipe", "pipe", "ignore"],
	});

const root = process.getuid?.() === 0;
describe.skipIf(!root)("what a daemon with CAP_NET_ADMIN starts", () => {
	/** What runCommand gives, or the message of its error, for each command, in a process of such a daemon. */
	function run(...commands: string[][]): string[] {
		const program = bundle(`
			import { runCommand } from "./shared/command.ts";
			const results = [];
			(async () => {
				for (const [command, ...args] of ${JSON.stringify(commands)})
					results.push(await runCommand(command, args).catch((error) => error.message));
				console.log(JSON.stringify(results));
			})();`);
		const environment = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };
		const options = { input: program, encoding: "utf8", env: environment } as const;
		return JSON.parse(execFileSync("setpriv", [...asDaemon, process.execPath, "-"], options)) as string[];
	}

	test("has no right at all, and the programs of the network have that one", () => {
		const status = ["/proc/self/status"];
		const [plain, network] = run(["cat", ...status], ["ss", "-x", "-H"]);
		expect(plain).toMatch(/^CapPrm:\s*0+$/m);
		expect(plain).toMatch(/^CapEff:\s*0+$/m);
		expect(plain).toMatch(/^CapAmb:\s*0+$/m);
		expect(plain).toMatch(/^NoNewPrivs:\s*1$/m);
		expect(network).not.toContain("failed");
	});

	test("cannot read the daemon's memory, as it could with its right", () => {
		const memory = "head -c1 /proc/$PPID/auxv >/dev/null && echo readable";
		const [plain] = run(["sh", "-c", memory]);
		expect(plain).toContain("ermission denied");
		const script = `console.log(require("node:child_process").execFileSync("sh", ["-c", ${JSON.stringify(memory)}], { encoding: "utf8" }))`;
		const withRight = execFileSync("setpriv", [...asDaemon, process.execPath, "-e", script], {
			encoding: "utf8",
		});
		expect(withRight).toContain("readable");
	});

	test("is told as missing or unusable as before", () => {
		expect(run(["no-such-program"], ["/etc/passwd"])).toEqual([
			"the program no-such-program is needed and was not found",
			'"/etc/passwd" failed: EACCES',
		]);
	});

	test("gets its input, and its exit status and errors come through", () => {
		expect(run(["sh", "-c", "echo wrong >&2; exit 3"])[0]).toContain("wrong");
	});
});
