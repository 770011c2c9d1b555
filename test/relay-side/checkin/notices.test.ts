import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createNews } from "../../../relay-side/checkin/news.ts";
import { noticesFor } from "../../../relay-side/checkin/notices.ts";
import {
	homeContested,
	homeFileWrong,
	homesUnreadable,
	removalsHeld,
} from "../../../relay-side/homes/conditions.ts";
import { postfixDown } from "../../../relay-side/postfix/conditions.ts";
import { homeAway } from "../../../relay-side/pulse/conditions.ts";
import { mailStays } from "../../../relay-side/queue/conditions.ts";
import { queueDiskFull } from "../../../shared/postfix/queue-room.ts";
import { failing, silentHealth } from "../../shared/silent.ts";

const homes = new Set(["anna", "bert"]);
const heard = (health: ReturnType<typeof silentHealth>, home: string) =>
	noticesFor(home, health.list(), (id) => homes.has(id));

test("a home hears what holds of it, and what is wrong with the relay itself, with how grave that is", () => {
	const health = silentHealth();
	health.set(mailStays, "anna", { reason: "451 later", cause: "it said so", advice: "look there" });
	health.set(postfixDown, "", undefined);
	health.set(queueDiskFull, "", { directory: "/var/spool/postfix", free: 0, wanted: 1 });
	health.set(homeAway, "anna", { seen: undefined });
	const notices = heard(health, "anna");
	expect(notices.map(({ code }) => code).sort()).toEqual([
		"postfix.disk_full",
		"postfix.not_running",
		"queue.mail_stays",
	]);
	const down = notices.find(({ code }) => code === "postfix.not_running")!;
	expect(down).toMatchObject({ severity: "error", blocksMail: true });
	expect(down.remedy).toContain("systemctl start postfix");
	expect(
		heard(health, "bert")
			.map(({ code }) => code)
			.sort(),
	).toEqual(["postfix.disk_full", "postfix.not_running"]);
});

test("no home reads of another: what would name it is told by its title, or not at all", () => {
	const health = silentHealth();
	const claims = [{ key: "domains" as const, value: "bert.example", others: ["bert"] }];
	health.set(homeContested, "anna", { claims, served: true });
	health.set(removalsHeld, "", { ids: ["bert", "cora"], total: 3 });
	health.set(failing, "", { error: "the map has no entry for bert.example" });
	health.set(homeFileWrong, "dora", { problems: ["dora.toml: domains: bert.example"], served: false });
	health.set(homesUnreadable, "/etc/heimweg-relay/homes.d", { reason: "EACCES" });
	health.set(mailStays, "bert", { reason: "550 bert.example", cause: "it said so", advice: "look there" });
	const told = heard(health, "anna");
	expect(told.map(({ code }) => code).sort()).toEqual([
		"homes.contested",
		"homes.removals_held",
		"test.failing",
	]);
	expect(JSON.stringify(told)).not.toMatch(/bert|cora|dora/);
	expect(told.find(({ code }) => code === "test.failing")?.text).toBe("the work fails");
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

function crowd(count: number) {
	const renewed: string[] = [];
	const ids = Array.from({ length: count }, (_, n) => `home-${n}`);
	return { renewed, news: createNews({ homes: () => ids, renew: (home) => renewed.push(home) }) };
}

test("what is wrong with the relay is news to every home, to a crowd of them one part after the other", () => {
	const { renewed, news } = crowd(450);
	news.ofAll();
	news.ofAll();
	vi.advanceTimersByTime(200);
	expect(renewed).toHaveLength(100);
	vi.advanceTimersByTime(2_000);
	expect([renewed.length, new Set(renewed).size]).toEqual([450, 450]);
	vi.advanceTimersByTime(60_000);
	expect(renewed).toHaveLength(450);
});

test("the relay's trouble is told to all homes once in ten seconds, and its last state surely", () => {
	const { renewed, news } = crowd(150);
	news.ofAll();
	vi.advanceTimersByTime(300);
	// In the middle of a round, which some homes have had already.
	news.ofAll();
	vi.advanceTimersByTime(5_000);
	expect(renewed).toHaveLength(150);
	vi.advanceTimersByTime(10_000);
	expect(renewed).toHaveLength(300);
	for (let at = 0; at < 600; at++) {
		news.ofAll();
		vi.advanceTimersByTime(100);
	}
	expect(renewed.length).toBeLessThanOrEqual(300 + 7 * 150);
	news.stop();
});

test("a sentence that changes all the time is news to its home once a minute, a beginning each time", () => {
	const { renewed, news } = crowd(2);
	for (let at = 0; at < 60; at++) {
		news.of("anna", "changes");
		vi.advanceTimersByTime(1_000);
	}
	expect(renewed).toEqual(["anna"]);
	news.of("anna", "begins");
	news.of("anna", "ends");
	expect(renewed).toHaveLength(3);
});
