import { beforeAll, describe, expect, it } from "vitest";
import type { Host } from "./host.ts";
import { addresses } from "./network.ts";
import { homeFile, setScene, wireguardKeys } from "./scene.ts";
import { describeLab, useLab } from "./use-lab.ts";

const maps = "/var/lib/heimweg-relay/maps";

/** Milliseconds for what a busy machine may need a moment for. */
const soon = { timeout: 15_000, interval: 200 };

/** A removal takes effect after 10 s. */
const removal = { timeout: 30_000, interval: 500 };

describeLab("mail routes on a relay with a real Postfix", () => {
	const lab = useLab();
	const relay = () => lab().relay;
	/** main.cf before Heimweg. */
	let before: string;

	beforeAll(async () => {
		await setScene(lab(), { start: false });
		// Whatever the scene has set: this is about what the command sets.
		await relay().exec(["heimweg-relay", "postfix", "--undo", "--force"]);
		await relay().run(["postconf", "-X", "transport_maps", "relay_domains", "relay_transport"]);
		await relay().exec(["postconf", "-M", "-X", "heimweg/unix"]);
		before = await relay().run(["postconf", "-n"]);
	});

	it("heimweg-relay postfix shows what is needed and exits 1", async () => {
		const { stdout, exitCode } = await relay().exec(["heimweg-relay", "postfix"]);
		expect(exitCode).toBe(1);
		expect(stdout).toContain("main.cf, transport_maps");
		expect(stdout).toContain("master.cf, service heimweg");
	});

	describe.each(["hash", "lmdb"] as const)("maps of type %s", (type) => {
		/** The last byte of the first home's address. */
		const first = type === "hash" ? 20 : 30;
		const answer = async (map: string, key: string) =>
			(await relay().exec(["postmap", "-q", key, `${type}:${maps}/${map}`])).stdout.trim();

		beforeAll(async () => {
			await relay().run(["postconf", "-e", `default_database_type=${type}`]);
			await relay().run(["heimweg-relay", "postfix", "--apply"]);
			await relay().run(["systemctl", "restart", "heimweg-relay"]);
		});

		it("are used by Postfix, owned by the daemon and readable by all", async () => {
			expect((await relay().exec(["heimweg-relay", "postfix"])).exitCode).toBe(0);
			// A map that is just being put in its place has another name a moment later.
			const listing = async () =>
				(await relay().exec(["sh", "-c", `stat --format='%U %a %n' ${maps}/*`])).stdout.split("\n");
			await expect
				.poll(async () => (await listing()).every((line) => /^heimweg 644 /.test(line)), soon)
				.toBe(true);
		});

		it("a domain that a new file adds is answered, and the relay takes its mail", async () => {
			await addHome(relay(), `${type}-new`, `new-${type}.example`, first);
			await expect
				.poll(() => answer("transport", `new-${type}.example`), soon)
				.toBe(`heimweg:[10.86.0.${first}]:25`);
			await expect
				.poll(async () => (await handOver(`someone@new-${type}.example`)).accepted, soon)
				.toBe(true);
			expect((await handOver(`someone@sub.new-${type}.example`)).accepted).toBe(false);
			const queue = await relay().run(["postqueue", "-j"]);
			expect(queue).toContain(`someone@new-${type}.example`);
		});

		it("a map that somebody damages or removes is made anew", async () => {
			const ending = type === "hash" ? "db" : "lmdb";
			await relay().run(["truncate", "--size=8192", `${maps}/transport.${ending}`]);
			await relay().run(["rm", `${maps}/relay_domains.${ending}`]);
			await addHome(relay(), `${type}-more`, `more-${type}.example`, first + 1);
			for (const domain of [`new-${type}.example`, `more-${type}.example`]) {
				await expect.poll(() => answer("transport", domain), soon).toMatch(/^heimweg:/);
				await expect.poll(() => answer("relay_domains", domain), soon).not.toBe("");
			}
		});

		it("a domain whose file is gone is no longer taken, and its waiting mail does not bounce", async () => {
			await relay().run(["rm", `/etc/heimweg-relay/homes.d/${type}-new.toml`]);
			await expect.poll(() => answer("relay_domains", `new-${type}.example`), removal).toBe("");
			await expect.poll(() => answer("transport", `new-${type}.example`), soon).toMatch(/^retry:4\.3\.0 /);
			// trivial-rewrite(8) looks for changed maps every 10 s, and smtpd(8) keeps its answer to the last address for 30 s.
			let tries = 0;
			const taken = async () => (await handOver(`other${++tries}@new-${type}.example`)).accepted;
			await expect.poll(taken, { timeout: 45_000, interval: 500 }).toBe(false);
			const queue = async () => {
				await relay().run(["postqueue", "-f"]);
				return relay().run(["postqueue", "-j"]);
			};
			await expect.poll(queue, { timeout: 45_000, interval: 2_000 }).toContain("has to wait at the relay");
			expect(await relay().journal("--boot", "--unit", "postfix*")).not.toMatch(/status=bounced/);
		});
	});

	it("--undo refuses while mail waits for a home, and else leaves main.cf as it was", async () => {
		const refused = await relay().exec(["heimweg-relay", "postfix", "--undo"]);
		expect(refused.exitCode).not.toBe(0);
		expect(refused.stdout).toContain("mail waits for");
		await relay().run(["postsuper", "-d", "ALL"]);
		await relay().run(["heimweg-relay", "postfix", "--undo"]);
		await relay().run(["postconf", "-e", `default_database_type=${databaseTypeIn(before)}`]);
		expect(settings(await relay().run(["postconf", "-n"]))).toEqual(settings(before));
		const { stdout } = await relay().exec(["postconf", "-M", "heimweg/unix"]);
		expect(stdout).toBe("");
	});

	const handOver = (to: string) => lab().internet.sendMail({ to, server: addresses.relay.ipv4 });
});

async function addHome(relay: Host, id: string, domain: string, number: number): Promise<void> {
	const file = homeFile(wireguardKeys().publicKey, [domain]).replace(
		/^addresses = .*$/m,
		`addresses = ["10.86.0.${number}"]`,
	);
	await relay.write(`/etc/heimweg-relay/homes.d/${id}.toml`, file);
}

function databaseTypeIn(postconf: string): string {
	return /^default_database_type = (\S+)$/m.exec(postconf)?.[1] ?? "hash";
}

function settings(postconf: string): string[] {
	return postconf.split("\n").filter((line) => !line.startsWith("default_database_type"));
}
