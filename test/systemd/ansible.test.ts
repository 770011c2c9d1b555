import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const tasks = new URL("../../systemd/ansible/roles/heimweg/tasks/", import.meta.url);

test("what the playbook is told by -e NAME=true is text, which newer versions of Ansible take for no condition", async () => {
	const uses: string[] = [];
	for (const file of await readdir(tasks)) {
		for (const line of (await readFile(new URL(file, tasks), "utf8")).split("\n")) {
			if (!line.includes("heimweg_again") || line.includes('"-e heimweg_again=true"')) continue;
			uses.push(line.replaceAll("heimweg_again | bool", ""));
		}
	}
	expect(uses.length).toBeGreaterThan(3);
	for (const line of uses) expect(line).not.toContain("heimweg_again");
});
