import { expect, test } from "vitest";
import { createWatches, type Looking } from "../../../relay-side/dns/watches.ts";
import { HeimwegError } from "../../../shared/errors.ts";
import { type DnsWatch, dnsReportSchema } from "../../../shared/protocol/dns.ts";

const home = { id: "anna", domains: ["example.org"] };
const watch: DnsWatch = {
	...{ id: "1", zone: "example.org" },
	wanted: [{ name: "example.org", type: "MX", records: ["10 relay.example.net."] }],
};

const servers = [{ name: "ns1.example.net", addresses: ["192.0.2.1"] }];

function looking(serversFor: Looking["serversFor"] = async () => servers) {
	const asked: string[] = [];
	const ends: Array<{ well(): void; badly(): void; ended: boolean; ask(): boolean }> = [];
	const watches = createWatches({
		serversFor,
		visible: (zone, _, signal, { mayAsk } = {}) => {
			asked.push(zone);
			return new Promise((done, failed) => {
				const end = {
					well: () => done(1),
					badly: () => failed(new HeimwegError("ns1.example.net")),
					ask: mayAsk!,
					ended: false,
				};
				signal.addEventListener("abort", () => {
					end.ended = true;
					failed(signal.reason);
				});
				ends.push(end);
			});
		},
	});
	return { asked, ends, watches };
}

test("a look is begun once, and the home hears how it went when it asks again", async () => {
	const { asked, ends, watches } = looking();
	expect(watches.of(home, watch)).toBeUndefined();
	expect(watches.of(home, watch)).toBeUndefined();
	await expect.poll(() => ends.length).toBe(1);
	ends[0]!.well();
	await expect.poll(() => watches.of(home, watch)).toEqual({ id: "1", missing: "" });
	expect(asked).toEqual(["example.org"]);
	watches.of(home, { ...watch, id: "2" });
	await expect.poll(() => ends.length).toBe(2);
	ends[1]!.badly();
	await expect
		.poll(() => watches.of(home, { ...watch, id: "2" }))
		.toEqual({ id: "2", missing: "ns1.example.net" });
});

test("a new look ends the one before, and a stop ends all", async () => {
	const { ends, watches } = looking();
	watches.of(home, watch);
	await expect.poll(() => ends.length).toBe(1);
	watches.of(home, { ...watch, id: "2" });
	await expect.poll(() => ends.length).toBe(2);
	expect(ends.map(({ ended }) => ended)).toEqual([true, false]);
	watches.stop();
	expect(ends.map(({ ended }) => ended)).toEqual([true, true]);
});

test("a home cannot have the relay ask for names of others, nor more than so many at a time", async () => {
	const { asked, watches } = looking();
	watches.of(home, { ...watch, zone: "example.com" });
	watches.of(home, { ...watch, wanted: [{ name: "www.example.com", type: "A", records: [] }] });
	// The zone may be above the domain.
	watches.of({ id: "bert", domains: ["mail.example.org"] }, { ...watch, wanted: [] });
	await expect.poll(() => asked).toEqual(["example.org"]);
	for (let count = 0; count < 50; count++) watches.of({ ...home, id: `home${count}` }, watch);
	await expect.poll(() => asked.length).toBe(20);
	watches.stop();
});

test("a home whose look has nobody to ask hears nothing, and keeps no place from others", async () => {
	let tries = 0;
	const { asked, watches } = looking(async () => {
		tries += 1;
		if (tries % 2 === 0) throw new HeimwegError("none of example.org's name servers may be asked");
		return undefined;
	});
	for (let count = 0; count < 50; count++) {
		watches.of({ ...home, id: `home${count}` }, watch);
		await expect.poll(() => tries).toBe(count + 1);
		await new Promise((done) => setImmediate(done));
		expect(watches.of({ ...home, id: `home${count}` }, watch)).toBeUndefined();
	}
	expect(asked).toEqual([]);
});

test("a home has so many questions asked, whatever it names its looks, and another one its own", async () => {
	const { ends, watches } = looking();
	const askAll = () => {
		let count = 0;
		while (count < 10_000 && ends.at(-1)!.ask()) count++;
		return count;
	};
	watches.of(home, watch);
	await expect.poll(() => ends.length).toBe(1);
	expect(askAll()).toBeLessThan(3_000);
	watches.of(home, { ...watch, id: "2" });
	await expect.poll(() => ends.length).toBe(2);
	expect(askAll()).toBeLessThan(10);
	watches.of({ ...home, id: "bert" }, watch);
	await expect.poll(() => ends.length).toBe(3);
	expect(askAll()).toBeGreaterThan(2_000);
	watches.stop();
});

test("what a home says may be anything, and is passed over unless it is what is expected", () => {
	for (const said of [null, "x", { version: 2 }, { version: 1, watch: { id: "1", zone: "..", wanted: [] } }])
		expect(dnsReportSchema.safeParse(said).success).toBe(false);
	expect(dnsReportSchema.safeParse({ version: 1, watch, more: 1 }).success).toBe(true);
});
