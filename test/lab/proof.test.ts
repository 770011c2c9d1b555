import { expect, it } from "vitest";
import type { Headline } from "../../shared/proof.ts";
import { domain, homeFile, homeId, until } from "./scene.ts";
import { describeLab } from "./use-lab.ts";
import { useScene } from "./use-scene.ts";
import { allIsWell, homeTells, relayTells } from "./well.ts";

/** How soon a home says what its relay knows, and what a check-in brings. */
const soon = 15_000;

describeLab("well is said when it is seen", () => {
	const scene = useScene();
	const homePath = `/etc/heimweg-relay/homes.d/${homeId}.toml`;
	const own = () => homeFile(scene().keys.home.publicKey);
	const ask = async (side: "home" | "relay") => {
		const program = side === "home" ? "heimweg" : "heimweg-relay";
		const { stdout, exitCode } = await scene().lab[side].exec([program, "status"]);
		return { stdout, exitCode };
	};
	const verdicts = ({ incoming, outgoing, records }: Headline = {}) =>
		[incoming, outgoing, records].map((one) => one?.verdict);
	/** Both sides have no good word for incoming mail, in words and by their exit status. */
	const nobodySaysWell = async () => {
		for (const side of ["home", "relay"] as const) {
			const { stdout, exitCode } = await ask(side);
			expect(exitCode, stdout).toBe(1);
			expect(stdout).not.toMatch(/mail can flow|Nothing is wrong/);
			expect(stdout).toMatch(/^incoming +(no|not known) \(/m);
		}
	};

	it("on both sides, each with its proof, and with the keys and addresses of both to compare", async () => {
		await allIsWell(scene());
		expect(verdicts((await scene().agentStatus()).headline)).toEqual(["yes", "yes", "yes"]);
		const [home, relay] = [await ask("home"), await ask("relay")];
		expect([home.exitCode, relay.exitCode], home.stdout + relay.stdout).toEqual([0, 0]);
		for (const { stdout } of [home, relay]) expect(stdout).toContain("mail can flow");
		expect(home.stdout).toMatch(new RegExp(`^incoming +yes \\(pulse answered .*routes ${domain} here`, "m"));
		expect(home.stdout).toMatch(/^records +yes \(compared with deSEC at/m);
		expect(home.stdout).toContain(scene().keys.relay.publicKey);
		expect(relay.stdout).toContain(scene().keys.relay.publicKey);
		expect(relay.stdout).toMatch(/^incoming +yes \(pulse came/m);
	});

	it("in German for whose locale is German, on both sides; JSON stays English", async () => {
		for (const side of ["home", "relay"] as const) {
			const program = side === "home" ? "heimweg" : "heimweg-relay";
			const german = ["env", "-u", "LC_ALL", "LANG=de_DE.UTF-8", program, "status"];
			const { stdout } = await scene().lab[side].exec(german);
			expect(stdout).toMatch(/^heimweg(?:-relay)? \S+: Mail kommt durch$/m);
			expect(stdout).toMatch(/^herein +ja \(/m);
			expect(stdout).toContain("Es ist nichts gestört.");
			expect(stdout).not.toMatch(/\b(?:the|yes|routes|seen by|ours)\b/);
			const json = JSON.parse((await scene().lab[side].exec([...german, "--json"])).stdout);
			expect(json.headline.incoming.verdict).toBe("yes");
		}
	});

	it("not while Postfix on the relay is stopped, and the home says so at once", async () => {
		const { relay, home } = scene().lab;
		await relay.run(["systemctl", "stop", "postfix"]);
		try {
			await until(
				"the home repeats it",
				async () => {
					const { conditions } = await scene().agentStatus();
					return conditions.some(({ subject }) => subject === "postfix.not_running");
				},
				soon,
			);
			await nobodySaysWell();
			const { stdout } = await home.exec(["env", "-u", "LC_ALL", "LANG=de_DE.UTF-8", "heimweg", "status"]);
			expect(stdout).toMatch(
				/FEHLER seit .*: das Relay meldet: Postfix läuft nicht: dieses Relay nimmt keine Mail/,
			);
		} finally {
			await relay.run(["systemctl", "start", "postfix"]);
		}
		await allIsWell(scene());
	});

	it("not while the home's only domain is taken out of its file, and the home says so at once", async () => {
		const { relay } = scene().lab;
		await relay.write(homePath, homeFile(scene().keys.home.publicKey, []));
		await homeTells(scene(), "relay.routes_missing", soon);
		expect((await ask("home")).stdout).toContain("routes to us: nothing");
		await nobodySaysWell();
		const known = async () =>
			(await scene().relayStatus()).homes.some(({ agent }) =>
				agent?.errors?.some(({ code }) => code === "relay.routes_missing"),
			);
		await until("the relay repeats the home's error", known);
		expect((await ask("relay")).stdout).toMatch(/it said at .*: ERROR .*\[relay\.routes_missing\]/);
		await relay.write(homePath, own());
		await allIsWell(scene());
	});

	it("not while the tunnel addresses differ on the two sides, nor after a restart that no pulse answers", async () => {
		const { home, relay } = scene().lab;
		await relay.write(homePath, own().replace("10.86.0.2", "10.86.0.9"));
		await relayTells(scene(), "pulse.home_away");
		await until("the home has no answer", async () => !(await scene().agentStatus()).tunnel.up);
		await nobodySaysWell();
		await home.run(["systemctl", "restart", "heimweg"]);
		await nobodySaysWell();
		expect((await ask("relay")).stdout, "the relay's only home is away").toMatch(/^incoming +no \(/m);
		const away = (await scene().relayStatus()).conditions.find(({ code }) => code === "pulse.home_away");
		expect(away?.text).toMatch(/ \(addresses in anna\.toml changed [\d.]+ s (before|after) that\)/);
		await relay.write(homePath, own());
		await allIsWell(scene());
	});
});
