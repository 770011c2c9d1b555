import { expect, test } from "vitest";
import { parseConfig } from "../../shared/config.ts";
import { ConfigError } from "../../shared/errors.ts";
import { type AgentConfig, agentConfigSchema, configText, key } from "./config-examples.ts";

const read = (text: string): AgentConfig => parseConfig("heimweg.toml", text, agentConfigSchema);

function problems(text: string): string[] {
	try {
		read(text);
	} catch (error) {
		if (error instanceof ConfigError) return error.problems;
		throw error;
	}
	return [];
}

const relay = (endpoint: string, addresses = '["10.86.0.1"]') =>
	configText({ relay: `endpoint = "${endpoint}"\npublic_key = "${key}"\naddresses = ${addresses}` });
const tunnel = (lines: string) => configText({ tunnel: lines });
const dns = (lines: string) => `${configText()}[dns]\nnames = ["mail.example.org"]\n${lines}\n`;

test("the smallest config has defaults that work", () => {
	expect(read(configText())).toMatchObject({
		relays: [{ endpoint: { host: "relay.example.org", port: 51820 }, pulse_port: 8686, checkin_port: 8687 }],
		tunnel: { interface: "hw0", mtu: 1280, outer: "auto", private_key_file: "/etc/heimweg/wireguard.key" },
		pulse: { interval: 1_000 },
		check_ip: { ipv4: ["https://checkipv4.dedyn.io/"] },
		http: { listen: { host: "127.0.0.1", port: 8650 } },
		state_dir: "/var/lib/heimweg",
		log: { level: "info", format: "auto" },
	});
	expect(read(configText()).dns, "DNS is left alone when nothing is said of it").toBeUndefined();
	expect(read(dns('publish = "reachable"')).dns).toMatchObject({ publish: "reachable" });
	expect(read(dns("")).dns).toMatchObject({ publish: ["A", "AAAA"], api: "https://desec.io/api/v1" });
});

test.each([
	["relay.example.org:51820", "relay.example.org", 51820],
	["198.51.100.1:51820", "198.51.100.1", 51820],
	["[2001:db8::1]:443", "2001:db8::1", 443],
])("the relay can be %s", (text, host, port) => {
	expect(read(relay(text)).relays[0]?.endpoint).toEqual({ host, port });
});

test.each([
	"relay.example.org",
	"relay.example.org:0",
	"relay.example.org:70000",
	"2001:db8::1:51820",
	"Relay.example.org:51820",
	"relay..org:51820",
	"[relay.example.org]:51820",
	":51820",
])("the relay cannot be %s", (text) => {
	expect(problems(relay(text))).toEqual([
		`heimweg.toml: relays.0.endpoint: expected NAME:PORT, ADDRESS:PORT or [IPV6]:PORT, got "${text}"`,
	]);
});

test("every problem is listed at once, each with its key", () => {
	const text = `pulse = { interval = "1 fortnight" }
		state_dir = "var/lib"
		colour = "red"
		[[relays]]
		endpoint = "relay.example.org:51820"
		public_key = "short"
		addresses = []
		[tunnel]
		interface = "much-too-long-a-name"
		addresses = ["10.86.0.300"]
		networks = ["10.86.0.1/24"]
		mtu = 9000
		outer = "ipv5"`;
	const found = problems(text);
	const expected = [
		"pulse.interval",
		"state_dir",
		"colour",
		"relays.0.public_key",
		"relays.0.addresses",
		"tunnel.interface",
		"tunnel.addresses.0",
		"tunnel.networks.0",
		"tunnel.mtu",
		"tunnel.outer",
	];
	for (const name of expected) {
		expect(found.filter((problem) => problem.startsWith(`heimweg.toml: ${name}: `))).toHaveLength(1);
	}
	expect(found).toHaveLength(expected.length);
});

test("a missing table is named", () => {
	expect(problems('[[relays]]\nendpoint = "relay.example.org:51820"')).toEqual(
		expect.arrayContaining([
			expect.stringMatching(/relays\.0\.public_key: .*missing/),
			expect.stringMatching(/tunnel: .*missing/),
		]),
	);
	expect(problems("")).toEqual(expect.arrayContaining([expect.stringMatching(/relays: .*missing/)]));
});

test.each<[string, string, RegExp]>([
	[
		"our address outside the tunnel network",
		tunnel('addresses = ["10.87.0.2"]\nnetworks = ["10.86.0.0/24"]'),
		/tunnel\.addresses\.0: .*inside tunnel\.networks.*10\.87\.0\.2/,
	],
	[
		"the relay's address outside the tunnel network",
		relay("relay.example.org:51820", '["10.99.0.1"]'),
		/relays\.0\.addresses\.0: .*10\.99\.0\.1/,
	],
	[
		"our own address as the relay's",
		relay("relay.example.org:51820", '["10.86.0.2"]'),
		/relays\.0\.addresses\.0: "10\.86\.0\.2" is this home's own/,
	],
	[
		"an endpoint inside the tunnel",
		relay("10.86.0.1:51820"),
		/relays\.0\.endpoint: "10\.86\.0\.1" lies inside the tunnel/,
	],
	[
		"networks that overlap",
		tunnel('addresses = ["10.86.0.2"]\nnetworks = ["10.86.0.0/24", "10.86.0.0/16"]'),
		/tunnel\.networks\.0: .*overlap/,
	],
	["an API without TLS", dns('api = "http://desec.example/api"'), /dns\.api: .*https/],
	["an update URL without TLS", dns('update = "ftp://update.example/"'), /dns\.update: /],
	["a URL that is none", dns('api = "nonsense"'), /dns\.api: expected a URL.*nonsense/],
	[
		"a check-ip service that is a file",
		`${configText()}[check_ip]\nipv4 = ["file:///etc/passwd"]`,
		/check_ip\.ipv4\.0: expected a URL/,
	],
	["a schedule that is none", dns('check = "at noon"'), /dns\.check: .*schedule/],
	[
		"a type that is no address",
		dns('publish = ["A", "MX"]'),
		/dns\.publish: expected a list .* or "reachable"/,
	],
	[
		"a port that no relay tries",
		`${configText()}[reach]\nports = [22]`,
		/reach\.ports\.0: expected one of 25, /,
	],
	["a token by a relative path", dns('token_file = "desec.token"'), /dns\.token_file: .*absolute path/],
	["umlauts in a name", `${configText()}[mail]\ndomains = ["müller.example"]`, /mail\.domains\.0: .*xn--/],
	["a pulse too fast", `${configText()}[pulse]\ninterval = "100ms"`, /pulse\.interval: .*500/],
	["a port that is none", `${configText()}[http]\nlisten = "127.0.0.1"`, /http\.listen: .*PORT/],
])("%s is refused", (_, text, problem) => {
	expect(problems(text)).toEqual([expect.stringMatching(problem)]);
});

test("two relays are refused as long as they are not supported", () => {
	expect(
		problems(
			`${configText()}[[relays]]\nendpoint = "b.example:1"\npublic_key = "${key}"\naddresses = ["10.86.0.3"]`,
		),
	).toEqual([expect.stringContaining("exactly one relay")]);
});

test("on this machine itself the API may do without TLS, for a stand-in", () => {
	expect(read(dns('api = "http://127.0.0.1:8080/api/v1"')).dns?.api).toBe("http://127.0.0.1:8080/api/v1");
});

test("text that is not TOML is refused with its place", () => {
	expect(problems("[tunnel\n")).toEqual([
		expect.stringMatching(/heimweg\.toml: line 1, column \d+: not valid TOML/),
	]);
});

test("the day on which the token ends is a day, or never, and nothing else", () => {
	for (const [text, day] of [
		['"2027-01-31"', "2027-01-31"],
		["2027-01-31", "2027-01-31"],
		['"never"', "never"],
	])
		expect(read(dns(`token_expires = ${text}`)).dns).toMatchObject({ token_expires: day });
	for (const text of ['"soon"', '"2027-13-01"', "20270131", '""', "true"])
		expect(problems(dns(`token_expires = ${text}`)), text).toEqual([
			expect.stringContaining('dns.token_expires: expected a day like "2027-01-31", or "never"'),
		]);
});
