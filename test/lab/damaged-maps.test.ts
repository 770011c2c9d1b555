import { beforeAll, expect, it } from "vitest";
import { openInbox } from "./inbox.ts";
import { until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";

describeLab("a map that is damaged while Postfix uses it", () => {
	const scene = useScene();
	const relay = () => scene().lab.relay;
	let mails = 0;

	beforeAll(async () => {
		await openInbox(scene().lab.internet);
	});

	const handOver = () =>
		scene().lab.internet.sendMail({ to: "anna@example.org", subject: `while damaged ${++mails}` });

	/** Mail to the internet that is on the relay already. */
	const goesOut = () =>
		relay().run(["sh", "-c", "echo Hello. | sendmail -f anna@example.org someone@sender.test"]);

	const outgoingWaits = async () =>
		/someone@sender\.test.*address resolver failure/.test(await relay().run(["postqueue", "-j"]));

	const complaints = () => relay().journal("--boot", "--unit", "postfix*", "--priority", "warning");

	it.each([["transport"], ["relay_domains"], ["relay_recipients"], ["transport and relay_domains"]])(
		"holds up no mail once it is mended, for the home or for the world: %s",
		async (damaged) => {
			const maps = damaged.split(" and ");
			// Valid recipients are looked up where mail comes in; what resolves addresses looks at the other two.
			const reader = damaged === "relay_recipients" ? "smtpd" : "trivial-rewrite";
			await scene().deliver(`before ${damaged} is damaged`, { timeout: 60_000 });
			// While it is stopped nobody mends, until Postfix's processes have met the damage.
			await relay().run(["systemctl", "stop", "heimweg-relay"]);
			const before = (await complaints()).length;
			for (const map of maps)
				await relay().write(`/var/lib/heimweg-relay/maps/${map}.lmdb`, "this is no database");
			await until(
				"Postfix complains",
				async () => {
					await handOver();
					await goesOut();
					const said = (await complaints()).slice(before);
					if (!maps.every((map) => new RegExp(`postfix/${reader}.*${map}`).test(said))) return false;
					return reader === "smtpd" || (await outgoingWaits());
				},
				60_000,
			);
			await relay().run(["systemctl", "start", "heimweg-relay"]);
			await until("it is mended", async () => {
				for (const map of maps)
					await relay().run(["postmap", "-s", `lmdb:/var/lib/heimweg-relay/maps/${map}`]);
				return !holds(await scene().relayStatus(), "postfix.map_damaged");
			});
			await until("mail is accepted", async () => (await handOver()).accepted, 15_000);
			await scene().deliver(`after ${damaged} was mended`, { timeout: 15_000 });
			await until("nothing waits", async () => (await relay().run(["postqueue", "-j"])) === "", 90_000);
		},
	);

	it("has bounced nothing", async () => {
		expect(await relay().journal("--boot", "--unit", "postfix*")).not.toContain("status=bounced");
	});
});
