import { expect, test } from "vitest";
import { CommandError } from "../../../shared/command.ts";
import { HeimwegError } from "../../../shared/errors.ts";
import { createQueueRoom } from "../../../shared/postfix/queue-room.ts";
import { silentHealth } from "../silent.ts";

function stage() {
	const world = {
		free: 1e9,
		settings: "/var/spool/postfix\n10240000\n0\n",
		time: 0,
		asked: 0,
		installed: true,
	};
	const health = silentHealth();
	const look = createQueueRoom({
		async run() {
			world.asked += 1;
			if (!world.installed) throw new CommandError("postconf", "it is not installed", { missing: true });
			if (!world.settings) throw new HeimwegError("postconf is not installed");
			return world.settings;
		},
		free: async () => world.free,
		now: () => world.time,
		health,
	});
	return { world, health, look };
}

test("less room than Postfix wants is a condition with both figures, and over when there is more", async () => {
	const { world, health, look } = stage();
	await look();
	expect(health.list()).toEqual([]);
	world.free = 15_000_000;
	await look();
	expect(health.list()).toMatchObject([{ code: "postfix.disk_full", blocksMail: true }]);
	expect(health.list()[0]?.text).toContain(
		"15 MB are free on the disk that holds /var/spool/postfix, and it wants 15 MB",
	);
	world.free = 15_360_000;
	await look();
	expect(health.list()).toEqual([]);
});

test("queue_minfree counts when it is more, and a change of it is noticed", async () => {
	const { world, health, look } = stage();
	world.free = 50_000_000;
	await look();
	expect(health.list()).toEqual([]);
	world.settings = "/var/spool/postfix\n10240000\n100000000\n";
	await look();
	expect(world.asked).toBe(1);
	world.time = 600_001;
	await look();
	expect(health.list()[0]?.text).toContain("wants 100 MB");
});

test("without Postfix nothing is looked for but, now and then, whether there is one", async () => {
	const { world, health, look } = stage();
	world.installed = false;
	for (world.time = 0; world.time < 600_000; world.time += 5_000) await look();
	expect(world.asked).toBe(1);
	world.installed = true;
	world.free = 0;
	await look();
	expect(health.list()).toMatchObject([{ code: "postfix.disk_full" }]);
});

test("a size without a limit asks for no room, and without Postfix there is nothing to say", async () => {
	const { world, health, look } = stage();
	world.settings = "/var/spool/postfix\n0\n0\n";
	world.free = 0;
	await look();
	expect(health.list()).toEqual([]);
	world.settings = "";
	world.time = 1e9;
	await look();
	expect(health.list()).toEqual([]);
});
