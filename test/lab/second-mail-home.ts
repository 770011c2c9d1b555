import { serveMailPrograms } from "./mail-programs.ts";
import { debian12WithDovecot } from "./root-image.ts";
import { installedWithNode, type Scene, until } from "./scene.ts";
import { secondHome, secondId } from "./second-home.ts";

/** The name that mail programs of the second home ask for. */
export const secondName = "mail.second.test";

const configFile = "/etc/heimweg/heimweg.toml";

/**
 * Boots a second home, of Debian 12, at the relay of a scene, and has it serve mail programs; returns when the relay serves
 * its name. It may claim other names besides.
 */
export async function secondMailHome(scene: Scene, claimed: readonly string[] = []): Promise<Scene> {
	const second = await secondHome(scene, { root: debian12WithDovecot, install: installedWithNode });
	const { home } = second.lab;
	await until("the second home is up", async () => (await second.agentStatus()).tunnel.up);
	const names = JSON.stringify([secondName, ...claimed]);
	await home.write(configFile, `${await home.read(configFile)}\n[ports]\nnames = ${names}\n`);
	await home.run(["systemctl", "restart", "heimweg"]);
	await serveMailPrograms(home, secondName, ["anna"]);
	await until("the relay serves the second home's name", async () => {
		const { homes } = await scene.relayStatus();
		return homes.find(({ id }) => id === secondId)?.ports?.names.includes(secondName) ?? false;
	});
	return second;
}
