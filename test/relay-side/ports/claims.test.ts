import { expect, it } from "vitest";
import { sameServed, settlePorts } from "../../../relay-side/ports/claims.ts";
import { portsHomeFile } from "../../../relay-side/ports/config.ts";
import type { PortsReport } from "../../../shared/protocol/ports.ts";
import { homesOf, homeWith } from "./homes.ts";

const settle = (
	homes: ReturnType<typeof homesOf>,
	told: Record<string, PortsReport> = {},
	before: Record<string, string> = {},
) =>
	settlePorts({
		...homes,
		told: new Map(Object.entries(told)),
		relayNames: new Set(["relay.example.net"]),
		before: new Map(Object.entries(before)),
	});
const tells = (names: string[], ports = [465, 993]) => ({ names, ports });
const namesOf = ({ served }: ReturnType<typeof settle>) =>
	Object.fromEntries(served.map(({ home, names }) => [home, names]));

it("a home is believed about names within its own domains, and about no others", () => {
	const homes = homesOf(homeWith("anna", 2), homeWith("bert", 3));
	const settled = settle(homes, {
		anna: tells(["mail.anna.example", "anna.example", "mail.bert.example", "bank.test"]),
	});
	expect(namesOf(settled)).toEqual({ anna: ["mail.anna.example", "anna.example"] });
});

it("a name below two homes' domains belongs to the one with the longer domain", () => {
	const homes = homesOf(
		homeWith("anna", 2, {}, ["club.example"]),
		homeWith("bert", 3, {}, ["bert.club.example"]),
	);
	const both = tells(["mail.bert.club.example", "mail.club.example"]);
	expect(namesOf(settle(homes, { anna: both, bert: both }))).toEqual({
		anna: ["mail.club.example"],
		bert: ["mail.bert.club.example"],
	});
});

it("the relay's own names and those of MTA-STS are never a home's, whoever asks", () => {
	const homes = homesOf(
		homeWith("anna", 2, {}, ["example.net"]),
		homeWith("bert", 3, { client_names: ["relay.example.net"] }),
	);
	const settled = settle(homes, {
		anna: tells(["relay.example.net", "mta-sts.example.net"]),
		bert: tells([]),
	});
	expect(namesOf(settled)).toEqual({ anna: [], bert: [] });
	expect(settled.refusals).toEqual([{ what: "relay.example.net", homes: ["bert"], holder: "the relay" }]);
	expect(portsHomeFile.client_names.safeParse(["mta-sts.anna.example"]).success).toBe(false);
});

it("what the owner wrote into a home's file goes before what homes tell", () => {
	const homes = homesOf(homeWith("anna", 2, { client_names: ["mail.bert.example"] }), homeWith("bert", 3));
	const settled = settle(homes, { anna: tells(["mail.anna.example"]), bert: tells(["mail.bert.example"]) });
	expect(namesOf(settled)).toEqual({ anna: ["mail.bert.example"], bert: [] });
});

it("a name in two home files stays with the home that has it; of two newcomers neither gets it", () => {
	const homes = homesOf(
		homeWith("anna", 2, { client_names: ["mail.test"], ports: [993] }),
		homeWith("bert", 3, { client_names: ["mail.test"], ports: [993] }),
	);
	const kept = settle(homes, {}, { "mail.test": "bert" });
	expect(namesOf(kept)).toEqual({ anna: [], bert: ["mail.test"] });
	expect(kept.refusals).toEqual([{ what: "mail.test", homes: ["anna"], holder: "bert" }]);
	const fresh = settle(homes);
	expect(namesOf(fresh)).toEqual({ anna: [], bert: [] });
	expect(fresh.refusals).toEqual([{ what: "mail.test", homes: ["anna", "bert"], holder: undefined }]);
});

it("a home gets the usual ports that it has, or those that its file says", () => {
	const homes = homesOf(
		homeWith("anna", 2),
		homeWith("bert", 3, { ports: [993, 443] }),
		homeWith("carl", 4, { ports: [] }),
	);
	const settled = settle(homes, {
		anna: tells(["mail.anna.example"], [993, 443]),
		bert: tells(["mail.bert.example"], []),
		carl: tells(["mail.carl.example"]),
	});
	expect(settled.served.map(({ home, ports }) => [home, ports])).toEqual([
		["anna", [993]],
		["bert", [993, 443]],
	]);
});

it("a home hears again of what it is served only when that is another", () => {
	const homes = homesOf(homeWith("anna", 2), homeWith("bert", 3));
	const [once, again] = [1, 2].map(() => settle(homes, { anna: tells(["mail.anna.example"]) }).served[0]);
	expect(sameServed(once, again)).toBe(true);
	expect(sameServed(once, undefined)).toBe(false);
	const [more] = settle(homes, { anna: tells(["mail.anna.example"], [993]) }).served;
	expect(sameServed(once, more)).toBe(false);
});
