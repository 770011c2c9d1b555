import { expect, it } from "vitest";
import { domain, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { holds, useScene } from "./use-scene.ts";

const code = "relay.large_packets_lost";

describeLab("a path that takes only smaller packets", () => {
	const scene = useScene();
	const router = () => scene().lab.router;
	const large = async (subject: string) => {
		const body = "A mail of many packets.\n".repeat(4_000);
		const { accepted } = await scene().lab.internet.sendMail({ to: `anna@${domain}`, subject, body });
		expect(accepted).toBe(true);
		await scene().arrives(subject, { timeout: 60_000 });
	};

	it("does not hurt large mails on the usual narrow lines, such as DS-Lite", async () => {
		await router().dropLargerThan(1_400);
		await large("through 1400 bytes");
	});

	it("is reported when too narrow even for that, while small mails arrive, as long as it lasts", async () => {
		await router().dropLargerThan(1_300);
		// The first large pulse goes out 10 s after a start, the others once a minute.
		await scene().lab.home.run(["systemctl", "restart", "heimweg"]);
		await until(
			"the agent reports lost large packets",
			async () => holds(await scene().agentStatus(), code),
			90_000,
		);
		const { mailFlows, tunnel } = await scene().agentStatus();
		expect([mailFlows, tunnel.up]).toEqual([true, true]);
		await scene().deliver("a small mail", { timeout: 60_000 });
		await router().dropLargerThan(undefined);
		await until("it reports them no longer", async () => !holds(await scene().agentStatus(), code), 90_000);
		await large("through the whole path");
	});
});
