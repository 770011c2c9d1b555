import { expect, test } from "vitest";
import { createWatches } from "../../../relay-side/dns/watches.ts";
import { HeimwegError } from "../../../shared/errors.ts";
import { type DnsWatch, dnsReportSchema } from "../../../shared/protocol/dns.ts";

const home = { id: "anna", domains: ["example.org"] };
const watch: DnsWatch = {
	...{ id: "1", zone: "example.org" },
	wanted: [{ name: "example.org", type: "MX", records: ["10 relay.example.net."] }],
};

function looking() {
	const asked: string[] = [];
	const ends: Array<{ well(): void; badly(): void; ended: boolean }> = [];
	const watches = createWatches((zone, _, signal) => {
		asked.push(zone);
		return new Promise((done, failed) => {
			const end = {
				well: () => done(1),
				badly: () => failed(new HeimwegError("ns1.example.net")),
				ended: false,
			};
			signal.addEventListener("abort", () => {
				end.ended = true;
				failed(signal.reason);
			});
			ends.push(end);
		});
	});
	return { asked, ends, watches };
}

test("a look is begun once, and the home hears how it went when it asks again", async () => {
	const { asked, ends, watches } = looking();
	expect(watches.of(home, watch)).toBeUndefined();
	expect(watches.of(home, watch)).toBeUndefined();
	ends[0]!.well();
	await expect.poll(() => watches.of(home, watch)).toEqual({ id: "1", missing: "" });
	expect(asked).toEqual(["example.org"]);
	watches.of(home, { ...watch, id: "2" });
	ends[1]!.badly();
	await expect
		.poll(() => watches.of(home, { ...watch, id: "2" }))
		.toEqual({ id: "2", missing: "ns1.example.net" });
});

test("a new look ends the one before, and a stop ends all", () => {
	const { ends, watches } = looking();
	watches.of(home, watch);
	watches.of(home, { ...watch, id: "2" });
	expect(ends.map(({ ended }) => ended)).toEqual([true, false]);
	watches.stop();
	expect(ends.map(({ ended }) => ended)).toEqual([true, true]);
});

test("a home cannot have the relay ask for names of others, nor more than so many at a time", () => {
	const { asked, watches } = looking();
	watches.of(home, { ...watch, zone: "example.com" });
	watches.of(home, { ...watch, wanted: [{ name: "www.example.com", type: "A", records: [] }] });
	expect(asked).toEqual([]);
	// The zone may be above the domain.
	watches.of({ id: "bert", domains: ["mail.example.org"] }, { ...watch, wanted: [] });
	expect(asked).toEqual(["example.org"]);
	for (let count = 0; count < 50; count++) watches.of({ ...home, id: `home${count}` }, watch);
	expect(asked).toHaveLength(20);
	watches.stop();
});

test("what a home says may be anything, and is passed over unless it is what is expected", () => {
	for (const said of [null, "x", { version: 2 }, { version: 1, watch: { id: "1", zone: "..", wanted: [] } }])
		expect(dnsReportSchema.safeParse(said).success).toBe(false);
	expect(dnsReportSchema.safeParse({ version: 1, watch, more: 1 }).success).toBe(true);
});
