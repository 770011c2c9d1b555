import { expect, it } from "vitest";
import { ownNames } from "../../../relay-side/ports/own-names.ts";
import type { RunCommand } from "../../../shared/command.ts";

it("the relay's own names are those that it has now, also when it was renamed while we run", async () => {
	let [machine, postfix] = ["relay", "Mail.Relay.Example\n"];
	const run: RunCommand = async (program, words) => {
		expect([program, ...words].join(" ")).toBe("postconf -h myhostname");
		if (!postfix) throw new Error("Postfix says nothing");
		return postfix;
	};
	const names = ownNames(run, () => machine);
	const seen = async () => [await names.look(), [...names.all].sort()];
	expect(await seen()).toEqual([true, ["mail.relay.example", "relay"]]);
	expect(await seen()).toEqual([false, ["mail.relay.example", "relay"]]);
	postfix = "other.relay.example\n";
	expect(await seen()).toEqual([true, ["other.relay.example", "relay"]]);
	[machine, postfix] = ["renamed.example", ""];
	expect(await seen()).toEqual([true, ["other.relay.example", "renamed.example"]]);
});
