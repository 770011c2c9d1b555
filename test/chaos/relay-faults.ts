import { homeFile, homeId, relayConfig, type Scene } from "../lab/scene.ts";
import type { Fault, Part } from "./fault.ts";
import { freeze } from "./freeze.ts";

const wholeRelay: readonly Part[] = ["relay.companion", "relay.postfix", "relay.tunnel"];
const maps = "/var/lib/heimweg-relay/maps";
const homePath = `/etc/heimweg-relay/homes.d/${homeId}.toml`;
const configPath = "/etc/heimweg-relay/relay.toml";

const kill = ({ lab }: Scene) =>
	lab.relay.run(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", "heimweg-relay"]);
const breakHome = ({ lab, keys }: Scene) =>
	lab.relay.write(homePath, homeFile(keys.home.publicKey).replace("addresses =", "adresses ="));
const repairHome = ({ lab, keys }: Scene) => lab.relay.write(homePath, homeFile(keys.home.publicKey));

const deleted = (map: string): Fault => ({
	name: `relay: map ${map} deleted`,
	takes: ["relay.companion"],
	begin: ({ lab }) => lab.relay.run(["rm", `${maps}/${map}.lmdb`]),
});

const damaged = (map: string): Fault => ({
	name: `relay: map ${map} damaged`,
	takes: ["relay.companion"],
	begin: ({ lab }) => lab.relay.write(`${maps}/${map}.lmdb`, "this is no database"),
});

/** What goes wrong on the relay. */
export const relayFaults: readonly Fault[] = [
	{
		name: "relay: companion killed",
		takes: ["relay.companion"],
		begin: kill,
	},
	{
		name: "relay: companion stopped",
		takes: ["relay.companion"],
		lasts: [2, 15],
		begin: ({ lab }) => lab.relay.run(["systemctl", "stop", "heimweg-relay"]),
		end: ({ lab }) => lab.relay.run(["systemctl", "start", "heimweg-relay"]),
	},
	{
		name: "relay: power cut",
		takes: wholeRelay,
		lasts: [1, 8],
		begin: ({ lab }) => lab.relay.powerCut(),
		end: async ({ lab }) => lab.relay.isOn || (await lab.relay.boot()),
	},
	{
		name: "relay: frozen",
		takes: wholeRelay,
		lasts: [3, 15],
		begin: ({ lab }) => freeze(lab, "relay", true),
		end: ({ lab }) => freeze(lab, "relay", false),
	},
	{
		name: "relay: Postfix stopped",
		takes: ["relay.postfix"],
		lasts: [2, 15],
		begin: ({ lab }) => lab.relay.run(["systemctl", "stop", "postfix"]),
		end: ({ lab }) => lab.relay.run(["systemctl", "start", "postfix"]),
	},
	{
		name: "relay: Postfix restarted",
		takes: ["relay.postfix"],
		begin: ({ lab }) => lab.relay.run(["systemctl", "restart", "postfix"]),
	},
	...["transport", "relay_domains", "relay_recipients"].flatMap((map) => [deleted(map), damaged(map)]),
	{
		name: "relay: home file broken, then repaired",
		takes: ["relay.companion"],
		lasts: [3, 15],
		begin: breakHome,
		end: repairHome,
	},
	{
		name: "relay: home file broken, companion killed, then repaired",
		takes: ["relay.companion"],
		lasts: [3, 15],
		async begin(scene) {
			await breakHome(scene);
			await kill(scene);
		},
		end: repairHome,
	},
	{
		name: "relay: config broken, companion killed, then repaired",
		takes: ["relay.companion"],
		lasts: [3, 15],
		async begin(scene) {
			await scene.lab.relay.write(configPath, relayConfig().replace("networks", "netwroks"));
			await kill(scene);
		},
		async end({ lab }) {
			await lab.relay.write(configPath, relayConfig());
			await lab.relay.run(["systemctl", "restart", "heimweg-relay"]);
		},
	},
	{
		name: "relay: wireguard-go killed",
		takes: ["relay.tunnel"],
		begin: ({ lab }) => lab.relay.run(["systemctl", "kill", "--signal=KILL", "heimweg-wireguard-go@hw0"]),
	},
	{
		name: "relay: interface deleted",
		takes: ["relay.tunnel"],
		begin: ({ lab }) => lab.relay.run(["ip", "link", "del", "hw0"]),
	},
	{
		name: "relay: peer removed",
		takes: ["relay.tunnel"],
		begin: ({ lab }) => lab.relay.run(["sh", "-c", 'wg set hw0 peer "$(wg show hw0 peers)" remove']),
	},
	{
		name: "relay: guard table flushed",
		takes: ["relay.tunnel"],
		begin: ({ lab }) => lab.relay.run(["nft", "delete", "table", "inet", "heimweg"]),
	},
];
