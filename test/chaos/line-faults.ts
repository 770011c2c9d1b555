import type { Fault } from "./fault.ts";

const down = (seconds: number): Fault => ({
	name: `line: down for ${seconds} s`,
	takes: ["line"],
	lasts: [seconds, seconds],
	begin: ({ lab }) => lab.router.lineDown(),
	end: ({ lab }) => lab.router.lineUp(),
});

const blocked = (family: 4 | 6): Fault => ({
	name: `line: no IPv${family}`,
	takes: ["line"],
	lasts: [5, 20],
	begin: ({ lab }) => lab.router.blockFamily(family),
	end: ({ lab }) => lab.router.allowFamily(family),
});

/** What goes wrong between the home's router and the relay. */
export const lineFaults: readonly Fault[] = [
	down(1),
	down(5),
	down(45),
	blocked(4),
	blocked(6),
	{
		name: "line: other IPv4 address",
		takes: ["line"],
		begin: ({ lab }) => lab.router.changeAddress(),
	},
	{
		name: "line: down, then other address",
		takes: ["line"],
		lasts: [2, 10],
		begin: ({ lab }) => lab.router.lineDown(),
		async end({ lab }) {
			await lab.router.changeAddress();
			await lab.router.lineUp();
		},
	},
	{
		name: "line: 20 % loss",
		takes: ["line"],
		lasts: [5, 25],
		begin: ({ lab }) => lab.router.loss(20),
		end: ({ lab }) => lab.router.loss(0),
	},
	{
		name: "line: drops over 1300 bytes",
		takes: ["line"],
		lasts: [5, 25],
		begin: ({ lab }) => lab.router.dropLargerThan(1_300),
		end: ({ lab }) => lab.router.dropLargerThan(undefined),
	},
];
