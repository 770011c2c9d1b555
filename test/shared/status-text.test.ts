import { expect, test } from "vitest";
import { conditionsText, statusRows } from "../../shared/status-text.ts";
import { failing, silentHealth } from "./silent.ts";

test("rows stand in two columns, and no row at all is no text", () => {
	expect(
		statusRows([
			{ name: "home", text: "a" },
			{ name: "a longer one", text: "b" },
			{ name: "", text: "c" },
			{ name: undefined, text: "over both" },
		]),
	).toBe("home          a\na longer one  b\n              c\nover both");
	expect(statusRows([])).toBe("");
});

test("what is wrong stands with its age, its code and what to do; nothing wrong is said too", () => {
	const health = silentHealth();
	expect(conditionsText(health.list())).toBe("Nothing is wrong.");
	health.set(failing, "", { error: "no" });
	const since = Date.parse(health.list()[0]!.since);
	const text = conditionsText(health.list(), new Date(since + 3 * 3600_000));
	expect(text).toBe("ERROR for 3 h: the work fails: no  [test.failing]\n  what to do: look at the work");
	expect(conditionsText(health.list(), new Date(since - 60_000))).toContain("for 0 s");
});
