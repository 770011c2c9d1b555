import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { leftOrders } from "../../../agent/bans/left-orders.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "heimweg-action-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the shipped action has under a name, and does for a client: fail2ban doubles no sign of percent, and fills in what stands in <>. */
function act(name: "actionban" | "actionunban" | "actionflush", given: Record<string, string>): void {
	const file = new URL("../../../systemd/fail2ban/action.d/heimweg.conf", import.meta.url);
	const text = readFileSync(file, "utf8").replace(/^#.*\n/gm, "");
	const value = (key: string) => new RegExp(`^${key} = (.*(?:\\n[ \\t]+.*)*)`, "m").exec(text)![1]!;
	const tags: Record<string, string> = { leave: value("leave"), folder, name: "heimweg-dovecot", ...given };
	const fill = (script: string) => script.replace(/<([^ <>]+)>/g, (whole, tag) => tags[tag] ?? whole);
	execFileSync("sh", ["-c", fill(fill(value(name))).replaceAll("%%", "%")], { stdio: "pipe" });
}

test("each step of fail2ban's is an order that the daemon takes, in their order", async () => {
	const from = Date.now();
	act("actionban", { ip: "203.0.113.9", bantime: "600" });
	act("actionban", { ip: "2001:db8::9", bantime: "-1" });
	act("actionunban", { ip: "203.0.113.9" });
	act("actionflush", {});
	const { orders, forget } = await leftOrders(folder);
	const by = "heimweg-dovecot";
	expect(orders.map(({ order }) => order)).toEqual([
		{ action: "add", client: "203.0.113.9", by, seconds: 600 },
		{ action: "add", client: "2001:db8::9", by },
		{ action: "remove", client: "203.0.113.9", by },
		{ action: "flush", by },
	]);
	expect(orders.every(({ at }) => at >= from - 1 && at <= Date.now() + 1)).toBe(true);
	expect(readdirSync(folder).every((name) => statSync(join(folder, name)).mode % 0o1000 === 0o644)).toBe(
		true,
	);
	await forget();
	expect(readdirSync(folder)).toEqual([]);
});

test("a folder that is full of them, or not there, is an error that fail2ban logs", () => {
	for (let at = 0; at < 10_000; at++)
		writeFileSync(join(folder, `bans-left-${String(at).padStart(13, "0")}-0123456789ab.json`), "");
	expect(() => act("actionban", { ip: "203.0.113.9", bantime: "600" })).toThrow();
	expect(readdirSync(folder)).toHaveLength(10_000);
	const gone = join(folder, "gone");
	expect(() => act("actionban", { ip: "203.0.113.9", bantime: "600", folder: gone })).toThrow();
});
