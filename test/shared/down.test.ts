import { expect, test } from "vitest";
import { parseCidr } from "../../shared/address.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { takeDown } from "../../shared/down.ts";
import { remedyOf } from "../../shared/errors.ts";

const tunnel = { interface: "hw0", networks: [parseCidr("10.86.0.0/24")] };

/** A machine on which wireguard-go's unit runs, with the table and no interface. */
function machine(fails: (line: string) => string | undefined) {
	const lines: string[] = [];
	const run: RunCommand = async (command, args) => {
		const line = [command, ...args].join(" ");
		lines.push(line);
		const said = fails(line);
		if (said) throw new CommandError(command, said);
		if (line === "systemctl is-active --quiet heimweg") throw new CommandError(command, "inactive");
		if (command === "ip") throw new CommandError(command, "none", { stderr: "Device does not exist" });
		if (line.startsWith("nft") && line.includes("list"))
			return 'table inet heimweg { comment "made by heimweg" }';
		return "";
	};
	return { lines, run };
}

test("a wireguard-go that does not end keeps neither the interface nor the guard's table from going", async () => {
	const stuck = '"systemctl stop heimweg-wireguard-go@hw0" did not end within 30 s';
	const { lines, run } = machine((line) => (line.startsWith("systemctl stop") ? stuck : undefined));
	const error = await takeDown({ unit: "heimweg", run, config: { tunnel }, parts: [], force: false }).catch(
		(reason) => reason,
	);
	expect(error.message).toBe(`not all is gone: ${stuck}`);
	expect(remedyOf(error)).toBe('run "heimweg down" again');
	expect(lines.some((line) => line.startsWith("nft") && line.includes("delete table inet heimweg"))).toBe(
		true,
	);
});

test("while the daemon runs nothing is taken away, since it would be set up again", async () => {
	const { lines, run } = machine(() => undefined);
	const running: RunCommand = (command, args, options) =>
		command === "systemctl" ? Promise.resolve("") : run(command, args, options);
	const error = await takeDown({
		...{ unit: "heimweg", run: running, config: { tunnel }, parts: [], force: false },
	}).catch((reason) => reason);
	expect(error.message).toContain("heimweg.service runs");
	expect(lines).toEqual([]);
});
