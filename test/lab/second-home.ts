import { trust } from "./certificates.ts";
import { createHost } from "./host.ts";
import { addresses } from "./network.ts";
import { type Root, rootImage } from "./root-image.ts";
import { inPrefix, lifetimes } from "./router.ts";
import {
	agentConfig,
	homeFile,
	mailName,
	prepareHome,
	type Scene,
	type SceneOptions,
	sceneOf,
	wireguardKeys,
} from "./scene.ts";

/** The second home's id and mail domain; its mailboxes are named as the first one's. */
export const secondId = "carl";
export const secondDomain = "second.test";

/**
 * Boots a second home behind the same router, with a tunnel address, a domain and a name of its own,
 * known to the relay and running. What it says of its lab is the same lab, with this home in the place of the first.
 */
export async function secondHome(
	{ lab, keys }: Scene,
	{ root, install }: Pick<SceneOptions, "install"> & { root?: Root } = {},
): Promise<Scene> {
	const host = await createHost(lab.run, await rootImage(() => {}, undefined, root), {
		card: {
			role: "home2",
			into: lab.router.lan,
			mac: "02:00:00:00:00:21",
			lines: () => [
				`address add ${addresses.home.ipv4.replace("20", "21")}/24 dev eth0`,
				`address add ${inPrefix(lab.router.prefix, 0x21)}/64 dev eth0 ${lifetimes}`,
				"route add default via 192.168.178.1",
				"route add default via fe80::1 dev eth0",
			],
		},
		hostname: "home.second.test",
		enable: ["postfix"],
	});
	await trust(host.disk, lab.internet.certificates);
	await host.boot();
	const own = { lab: { ...lab, home: host }, keys: { relay: keys.relay, home: wireguardKeys() } };
	const other = (text: string) => text.replaceAll("10.86.0.2", "10.86.0.3").replaceAll("77::2", "77::3");
	const config = other(agentConfig(own.lab, own.keys))
		.replace(/\[mail\]\ndomains = .*/, `[mail]\ndomains = ["${secondDomain}"]`)
		.replace(mailName, "second.example.org");
	await prepareHome(own.lab, own.keys, config, install);
	await host.run(["postconf", "-e", `mydestination = ${secondDomain}`, `myorigin = ${secondDomain}`]);
	await host.run(["postfix", "reload"]);
	await lab.relay.write(
		`/etc/heimweg-relay/homes.d/${secondId}.toml`,
		other(homeFile(own.keys.home.publicKey, [secondDomain])),
	);
	await host.run(["systemctl", "enable", "--now", "heimweg"]);
	return sceneOf(own.lab, own.keys);
}
