import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../shared/command.ts";
import type { Notice } from "../../shared/notify.ts";
import { commandChannel } from "../../shared/notify-command.ts";

const examples = resolve(import.meta.dirname, "../../systemd/examples");
const notice: Notice = {
	...{
		event: "begins",
		code: "relay.tunnel_down",
		subject: "",
		severity: "error",
		title: "the relay does not answer",
	},
	...{ text: "no answer from the relay", remedy: "look at its firewall", since: "2026-01-01T00:00:00.000Z" },
};

/** A service that takes what is posted; gives its address, and what came. */
async function service(status = 200) {
	const taken: Array<{ request: IncomingMessage; body: string }> = [];
	const server = createServer((request, response) => {
		let body = "";
		request.setEncoding("utf8").on("data", (text) => {
			body += text;
		});
		request.on("end", () => {
			taken.push({ request, body });
			response.writeHead(status).end();
		});
	}).listen(0, "127.0.0.1");
	onTestFinished(() => void server.close());
	await once(server, "listening");
	return { taken, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/topic` };
}

async function fileWith(text: string): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-example-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const path = join(folder, "secret");
	await writeFile(path, text);
	await chmod(path, 0o640);
	return path;
}

const tell = (example: string, file: string) =>
	commandChannel({ command: [join(examples, example), file], program: "heimweg", run: runCommand }).send(
		[notice],
		2,
		new AbortController().signal,
	);

test("the example for ntfy posts a title, a text and how urgent it is", async () => {
	const { taken, url } = await service();
	await tell("notify-ntfy", await fileWith(`${url}\ntk_secret\n`));
	expect(taken[0]?.request.headers).toMatchObject({
		title: expect.stringMatching(/: the relay does not answer$/),
		priority: "high",
		authorization: "Bearer tk_secret",
	});
	expect(taken[0]?.body).toBe(
		"no answer from the relay\nWhat to do: look at its firewall\n2 more will follow.",
	);
});

test("the example for a webhook posts the JSON as it is", async () => {
	const { taken, url } = await service();
	await tell("notify-webhook", await fileWith(`url = "${url}"\n`));
	expect(taken[0]?.request.headers["content-type"]).toBe("application/json");
	expect(JSON.parse(taken[0]?.body ?? "")).toMatchObject({
		version: 1,
		program: "heimweg",
		...notice,
		more: 2,
	});
});

test.each(["notify-ntfy", "notify-webhook"])("%s fails when the service refuses", async (example) => {
	const { url } = await service(403);
	const file = await fileWith(example === "notify-ntfy" ? `${url}\n` : `url = "${url}"\n`);
	await expect(tell(example, file)).rejects.toThrow("403");
});
