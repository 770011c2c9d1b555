import { expect, test } from "vitest";
import { relay } from "../../relay-side/relay.ts";
import { parseConfig } from "../../shared/config.ts";
import { ConfigError } from "../../shared/errors.ts";
import { configSchema } from "../../shared/program-kind.ts";
import { random } from "../shared/random.ts";

/** The problems that a ConfigError lists. */
function problemsOf(text: string): string[] {
	try {
		parseConfig("relay.toml", text, configSchema(relay));
	} catch (error) {
		if (error instanceof ConfigError) return error.problems;
		throw error;
	}
	return [];
}

const least = '[tunnel]\naddresses = ["10.86.0.1"]\nnetworks = ["10.86.0.0/24"]\n';

test("a relay's config of three lines is enough", () => {
	expect(parseConfig("relay.toml", least, configSchema(relay))).toMatchObject({
		tunnel: { interface: "hw0", listen_port: 51820, mtu: 1280 },
		homes_dir: "/etc/heimweg-relay/homes.d",
		pulse: { port: 8686 },
		checkin: { port: 8687 },
		postfix: { service: "heimweg" },
		http: { listen: { host: "127.0.0.1", port: 8651 } },
		log: { level: "info", format: "auto" },
	});
});

test("every problem is told at once, each with file, key, what was expected and what came", () => {
	const problems = problemsOf(`
homes_dir = "homes.d"
colour = "blue"
[tunnel]
interface = "Tunnel of ours"
addresses = ["10.86.0.1", 7, "somewhere"]
networks = ["10.86.0.1/24"]
mtu = 9000
listen_port = "51820"
[pulse]
port = 0
[http]
listen = "localhost:99999"
[log]
level = "loud"
`);
	const about = (key: string) =>
		problems.filter((problem) => problem.startsWith(`relay.toml: ${key}: `)).join();
	expect(about("homes_dir")).toMatch(/expected an absolute path.*homes\.d/);
	expect(about("colour")).toContain("not known");
	expect(about("tunnel.interface")).toMatch(/expected an interface name.*Tunnel of ours/);
	expect(about("tunnel.addresses.1")).toMatch(/expected a text.*7/);
	expect(about("tunnel.addresses.2")).toContain('"somewhere" is not an IP address');
	expect(about("tunnel.networks.0")).toContain("the network is 10.86.0.0/24");
	expect(about("tunnel.mtu")).toMatch(/1500.*9000/);
	expect(about("tunnel.listen_port")).toMatch(/expected a (whole )?number.*51820/);
	expect(about("pulse.port")).toMatch(/at least 1.*0/);
	expect(about("http.listen")).toMatch(/expected ADDRESS:PORT.*localhost:99999/);
	expect(about("log.level")).toMatch(/"debug".*loud/);
	expect(problems).toHaveLength(11);
});

test("a missing key is told as missing", () => {
	expect(problemsOf("")).toEqual([
		expect.stringMatching(/^relay\.toml: tunnel: this key is missing; expected /),
	]);
	expect(problemsOf("[tunnel]\naddresses = []\n")).toEqual([
		expect.stringMatching(/^relay\.toml: tunnel\.addresses: expected .*at least 1/),
		expect.stringMatching(/^relay\.toml: tunnel\.networks: this key is missing/),
	]);
});

test("what each key alone allows, but not together, is told with both sides", () => {
	const text =
		'[tunnel]\naddresses = ["10.87.0.1", "10.86.0.1"]\nnetworks = ["10.86.0.0/24", "10.86.0.0/16"]\n[pulse]\nport = 51820\n';
	expect(problemsOf(text)).toEqual([
		expect.stringMatching(
			/^relay\.toml: tunnel\.addresses\.0: expected an address inside tunnel\.networks .*"10\.87\.0\.1"/,
		),
		expect.stringMatching(/^relay\.toml: tunnel\.addresses\.1: expected one address per family/),
		expect.stringMatching(/^relay\.toml: tunnel\.networks\.0: .*overlap/),
		expect.stringMatching(/^relay\.toml: pulse\.port: expected another port than tunnel\.listen_port/),
	]);
});

test("a text that is no TOML is told by its place, in one line, without what stands there", () => {
	const problems = problemsOf(`${least}token = s3cret without quotes\n`);
	expect(problems).toEqual([expect.stringMatching(/^relay\.toml: line 4, column \d+: not valid TOML: .+$/)]);
	expect(problems.join()).not.toContain("s3cret");
});

test("a secret that was written where its file's path belongs is not repeated", () => {
	const secret = Buffer.alloc(32, 7).toString("base64");
	for (const text of [
		`[tunnel]\nprivate_key_file = "${secret}"\naddresses = ["10.86.0.1"]\nnetworks = ["10.86.0.0/24"]\n`,
		`[tunnel]\nprivate_key = "${secret}"\naddresses = ["10.86.0.1"]\nnetworks = ["10.86.0.0/24"]\n`,
	]) {
		const problems = problemsOf(text);
		expect(problems).toHaveLength(1);
		expect(problems[0]).toContain("tunnel.private_key");
		expect(problems[0]).not.toContain(secret);
	}
});

test("what came is shown shortened, however long it is", () => {
	const problems = problemsOf(`homes_dir = "${"x".repeat(500_000)}"\n${least}`);
	expect(problems).toHaveLength(1);
	expect(problems[0]?.length).toBeLessThan(300);
});

test("3,000 damaged configs are taken or refused as configs, and nothing else is thrown", () => {
	const chance = random();
	const whole = `homes_dir = "/etc/homes.d"\n${least}mtu = 1280\n[http]\nlisten = "[::1]:8651"\n[log]\nlevel = "debug"\n`;
	const pieces = [
		'"',
		"[",
		"]]",
		"{",
		"=",
		"\n",
		"1e9",
		"''",
		'"""',
		"1979-05-27",
		"\0",
		"ü",
		"__proto__.x = 1\n",
		"-",
		".",
	];
	let refused = 0;
	for (let round = 0; round < 3_000; round++) {
		let text = whole;
		for (let damage = chance.below(4); damage > 0; damage--) {
			const at = chance.below(text.length);
			text = text.slice(0, at) + pieces[chance.below(pieces.length)] + text.slice(at + chance.below(10));
		}
		if (problemsOf(text).length > 0) refused += 1;
	}
	expect(refused).toBeGreaterThan(1_000);
	expect(problemsOf(`a = ${"[".repeat(50_000)}`).length).toBe(1);
	expect(({} as { x?: number }).x).toBeUndefined();
}, 60_000);

test("the key of the policy service's old port is accepted for one release, and has no default", () => {
	const { postfix } = parseConfig(
		"relay.toml",
		`${least}[postfix]\npolicy_port = 8652\n`,
		configSchema(relay),
	);
	expect(postfix.policy_port).toBe(8652);
	expect(parseConfig("relay.toml", least, configSchema(relay)).postfix.policy_port).toBeUndefined();
});
