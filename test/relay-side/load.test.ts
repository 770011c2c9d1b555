import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { relay } from "../../relay-side/relay.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { ConfigError } from "../../shared/errors.ts";
import { ownInspection } from "../../shared/inspection.ts";
import { loadProgram } from "../../shared/program-load.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { fileOf, homeOf } from "./homes/examples.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-load-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function problemsWith(keyFile: string): Promise<string[]> {
	const config = join(folder, "relay.toml");
	await writeFile(
		config,
		`[tunnel]\ninterface = "hwnone"\nprivate_key_file = "${keyFile}"\naddresses = ["10.213.77.1"]\nnetworks = ["10.213.77.0/24"]\n`,
	);
	const error = await loadProgram(relay, config).then(
		() => undefined,
		(thrown) => thrown,
	);
	if (error) expect(error).toBeInstanceOf(ConfigError);
	return error?.problems ?? [];
}

// What this machine lacks (programs, privileges) is told too, so only the key's own problem is looked at.
test("a key that cannot be used is told with its config key, beside all else, and is not repeated", async () => {
	const about = (problems: string[]) =>
		problems.filter((problem) => problem.startsWith("tunnel.private_key_file: "));
	const missing = join(folder, "none");
	expect(about(await problemsWith(missing))).toEqual([
		expect.stringContaining(`${missing} (there is no such file)`),
	]);
	const file = join(folder, "key");
	await writeFile(file, "s3cret but no key", { mode: 0o600 });
	const problems = await problemsWith(file);
	expect(about(problems)).toHaveLength(1);
	expect(problems.join()).not.toContain("s3cret");
	await writeFile(file, Buffer.alloc(32, 7).toString("base64"));
	expect(about(await problemsWith(file))).toEqual([]);
});

test("a config that is not there is told before this machine is looked at", async () => {
	const error = await loadProgram(relay, join(folder, "none.toml")).catch((thrown) => thrown);
	expect(error).toBeInstanceOf(ConfigError);
	expect(error.problems).toEqual([expect.stringContaining("there is no such file")]);
});

test("ports that somebody else holds are for check-config to say, and keep no daemon from starting", async () => {
	const run: RunCommand = async (command) => {
		if (command !== "ss") throw new CommandError(command, "", { stderr: "No such device" });
		return [8686, 8687, 51820]
			.map((port) => `${port === 8687 ? "tcp" : "udp"} U 0 0 0.0.0.0:${port} *`)
			.join("\n");
	};
	const config = {
		...{ pulse: { port: 8686 }, checkin: { port: 8687 } },
		tunnel: { interface: "hw0", listen_port: 51820 },
	};
	const look = async (forAnother: boolean) => {
		const parts = relay.parts.filter(({ name }) => ["peers", "pulse", "checkin"].includes(name));
		const preflight = { run, machineWell: true, inspection: { ...ownInspection, forAnother }, homeFile: {} };
		const said = await Promise.all(parts.map((part) => part.preflight?.(config as never, preflight)));
		return said.flat().map((problem) => problem?.split(":")[0]);
	};
	expect(await look(false)).toEqual([]);
	expect(await look(true)).toEqual(["tunnel.listen_port", "pulse.port", "checkin.port"]);
});

test("check-config refuses a notify.mail whose mail would wait for a home, whatever else is wrong", async () => {
	const homes = join(folder, "homes.d");
	await mkdir(homes);
	const home = homeOf("anna", 2, { domains: ["anna.example", "other.example"] });
	await writeFile(join(homes, "anna.toml"), fileOf(home));
	await writeFile(join(homes, "bert.toml"), "no TOML");
	await writeFile(join(homes, "README"), "not a home");
	const about = async (mail: string) => {
		const config = join(folder, "relay.toml");
		await writeFile(
			config,
			`homes_dir = "${homes}"\n[tunnel]\naddresses = ["10.86.0.1"]\nnetworks = ["10.86.0.0/24"]\n[notify]\nmail = "${mail}"\n`,
		);
		const error = await loadProgram(relay, config, { ...ownInspection, forAnother: true }).catch(
			(thrown) => thrown,
		);
		expect(error).toBeInstanceOf(ConfigError);
		return error.problems.filter((problem: string) => problem.includes("notify.mail"));
	};
	expect(await about("me@Other.example")).toEqual([
		expect.stringMatching(/^notify\.mail: mail to me@other\.example is routed to a home \(anna\.toml\)/),
	]);
	expect(await about("me@far.example")).toEqual([]);
	expect(await about("me@sub.anna.example")).toEqual([]);
	expect(await about("nobody")).toEqual([
		'relay.toml: notify.mail: expected a mail address like "you@example.com", got "nobody"',
	]);
});

test("check-config reads every home's file, each by itself and beside the others", async () => {
	const homes = join(folder, "homes.d");
	await mkdir(homes);
	const keyFile = join(folder, "key");
	const privateKey = Buffer.alloc(32, 7).toString("base64");
	await writeFile(keyFile, privateKey, { mode: 0o600 });
	const anna = homeOf("anna", 2);
	await writeFile(join(homes, "anna.toml"), fileOf(anna));
	await writeFile(
		join(homes, "bert.toml"),
		fileOf(homeOf("bert", 3, { publicKey: publicKeyOf(privateKey) })),
	);
	await writeFile(join(homes, "carl.toml"), fileOf(homeOf("carl", 4)).replace("addresses", "adresses"));
	await writeFile(join(homes, "dora.toml"), fileOf(homeOf("dora", 5, { addresses: anna.addresses })));
	await writeFile(join(homes, "README"), "not a home");
	const config = join(folder, "relay.toml");
	const problems = async (homesDir: string) => {
		await writeFile(
			config,
			`homes_dir = "${homesDir}"\n[tunnel]\nprivate_key_file = "${keyFile}"\naddresses = ["10.86.0.1"]\nnetworks = ["10.86.0.0/16"]\n`,
		);
		const daemonReads = async (file: string) => !file.endsWith("/anna.toml");
		const look = { ...ownInspection, forAnother: true, daemonReads };
		const error = await loadProgram(relay, config, look).catch((thrown) => thrown);
		expect(error).toBeInstanceOf(ConfigError);
		return error.problems as string[];
	};
	const about = (await problems(homes)).filter((problem) => problem.startsWith(homes));
	expect(about).toEqual([
		expect.stringMatching(/anna\.toml: the user heimweg cannot read it: run "chown root:heimweg/),
		expect.stringMatching(/bert\.toml: public_key: expected the home's public key.*the keys are swapped/),
		expect.stringMatching(/carl\.toml: .*addresses/),
		expect.stringMatching(/carl\.toml: .*adresses/),
		`${homes}: anna.toml and dora.toml both have "10.86.0.2" in addresses: leave it to the one that it belongs to`,
	]);
	expect(await problems(join(folder, "none"))).toContainEqual(
		expect.stringMatching(/^homes_dir: there is no folder .*none/),
	);
});
