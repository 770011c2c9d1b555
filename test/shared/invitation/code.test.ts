import { randomBytes, randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { type Address, type Cidr, parseAddress, parseCidr } from "../../../shared/address.ts";
import { encodeInvitation, type Invitation, readCode } from "../../../shared/invitation/code.ts";
import { enrolmentAddress, mostSlots } from "../../../shared/invitation/slots.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const four = { address: parseAddress("10.86.0.1"), network: parseCidr("10.86.0.0/24") };
const six = { address: parseAddress("fd86:5a1e:77::1"), network: parseCidr("fd86:5a1e:77::/64") };
const hosts = [
	"relay.example.net",
	"203.0.113.10",
	"2001:db8:1::10",
	"a.b",
	`${"long-label.".repeat(22)}example`,
];

/** An invitation like a relay's, of arbitrary values. */
function arbitrary(): Invitation {
	const both = [[four], [six], [four, six]][randomInt(3)]!;
	return {
		seed: randomBytes(16),
		host: hosts[randomInt(hosts.length)]!,
		port: randomInt(1, 65_536),
		relayKey: randomBytes(32).toString("base64"),
		relayAddresses: both.map(({ address }) => address),
		networks: both.map(({ network }) => network),
		slot: randomInt(mostSlots),
		enrolPort: randomInt(1, 65_536),
	};
}

function refusal(text: string): string {
	try {
		readCode(text);
	} catch (error) {
		return (error as Error).message;
	}
	return "";
}

test("a code says what was written into it, whatever that is", () => {
	for (let round = 0; round < 500; round++) {
		const invitation = arbitrary();
		expect(readCode(encodeInvitation(invitation))).toEqual(invitation);
	}
});

test("a code of an ordinary relay has about 140 characters, and may be broken into lines", () => {
	const invitation = {
		...arbitrary(),
		host: "relay.example.net",
		relayAddresses: [four.address, six.address],
	};
	const code = encodeInvitation({ ...invitation, networks: [four.network, six.network] });
	expect(code).toMatch(/^hw1-[A-Za-z0-9_-]+$/);
	expect(code.length).toBeLessThan(145);
	const broken = `  ${code.slice(0, 60)}\r\n\t${code.slice(60)} \n`;
	expect(readCode(broken).seed).toEqual(invitation.seed);
});

test("a code with any one character changed, lost, doubled or swapped with its neighbour is refused", () => {
	for (let round = 0; round < 4; round++) {
		const code = encodeInvitation(arbitrary());
		for (let at = 4; at < code.length; at++) {
			const [before, here, behind] = [code.slice(0, at), code[at]!, code.slice(at + 1)];
			for (const other of alphabet)
				if (other !== here) expect(refusal(before + other + behind)).toMatch(/hw1-/);
			expect(refusal(before + behind)).toMatch(/hw1-/);
			expect(refusal(before + here + here + behind)).toMatch(/hw1-/);
			if (behind && behind[0] !== here)
				expect(refusal(before + behind[0] + here + behind.slice(1))).toMatch(/hw1-/);
		}
		for (let at = 0; at < 4; at++) expect(refusal(code.slice(0, at) + code.slice(at + 1))).toMatch(/hw1-/);
	}
});

test("what is no code is refused in words that never repeat it", () => {
	const code = encodeInvitation(arbitrary());
	const samples = ["", "  ", "hello", "hw1-", "hw1-!!!!", code.slice(0, 50), code.toLowerCase(), `x${code}`];
	for (const text of [...samples, "hw1-".padEnd(5_000, "A"), `${code}${code}`]) {
		const said = refusal(text);
		expect(said).toContain("heimweg-relay invite");
		expect(said).not.toContain(code.slice(4, 20));
	}
	expect(refusal(code.replace("hw1-", "hw2-"))).toContain("another version");
});

test("a whole code that says what no relay can mean is refused before anything is touched", () => {
	const good = { ...arbitrary(), relayAddresses: [four.address], networks: [four.network] };
	const bad: Array<Partial<Invitation>> = [
		{ host: "" },
		{ host: "$(reboot)" },
		{ host: "../etc/passwd" },
		{ host: "http://relay.example" },
		{ host: "10.86.0.9" },
		{ port: 0 },
		{ enrolPort: 0 },
		{ slot: 254 },
		{ networks: ["0.0.0.0/0" as Cidr] },
		{ networks: ["10.86.0.1/32" as Cidr] },
		{ relayAddresses: ["10.86.0.0" as Address] },
		{ relayAddresses: [], networks: [] },
	];
	for (const change of bad) {
		expect(refusal(encodeInvitation({ ...good, ...change })), JSON.stringify(change)).toContain("hw1-");
	}
});

test("addresses for enrolment are counted from the top, inside the network, without the broadcast address", () => {
	const at = (network: string, slot: number) => enrolmentAddress(parseCidr(network), slot);
	expect(at("10.86.0.0/24", 0)).toBe("10.86.0.254");
	expect(at("10.86.0.0/24", 7)).toBe("10.86.0.247");
	expect(at("10.86.0.0/23", 255)).toBe("10.86.0.255");
	expect(at("10.86.0.0/30", 1)).toBe("10.86.0.1");
	expect(at("10.86.0.0/30", 2)).toBeUndefined();
	expect(at("fd86:5a1e:77::/64", 0)).toBe("fd86:5a1e:77:0:ffff:ffff:ffff:ffff");
	expect(at("fd86:5a1e:77::/64", 255)).toBe("fd86:5a1e:77:0:ffff:ffff:ffff:ff00");
});
