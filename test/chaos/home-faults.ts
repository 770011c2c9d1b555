import type { Fault, Part } from "./fault.ts";
import { freeze } from "./freeze.ts";

const wholeHome: readonly Part[] = ["home.agent", "home.postfix", "home.cable"];

/** What goes wrong at home. */
export const homeFaults: readonly Fault[] = [
	{
		name: "home: agent killed",
		takes: ["home.agent"],
		begin: ({ lab }) => lab.home.run(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", "heimweg"]),
	},
	{
		name: "home: agent stopped",
		takes: ["home.agent"],
		lasts: [2, 15],
		begin: ({ lab }) => lab.home.run(["systemctl", "stop", "heimweg"]),
		end: ({ lab }) => lab.home.run(["systemctl", "start", "heimweg"]),
	},
	{
		name: "home: power cut",
		takes: wholeHome,
		lasts: [1, 8],
		begin: ({ lab }) => lab.home.powerCut(),
		end: async ({ lab }) => lab.home.isOn || (await lab.home.boot()),
	},
	{
		name: "home: frozen, as by a suspend",
		takes: wholeHome,
		lasts: [3, 15],
		begin: ({ lab }) => freeze(lab, "home", true),
		end: ({ lab }) => freeze(lab, "home", false),
	},
	{
		name: "home: interface deleted",
		takes: ["home.agent"],
		begin: ({ lab }) => lab.home.run(["ip", "link", "del", "hw0"]),
	},
	{
		name: "home: peer removed",
		takes: ["home.agent"],
		begin: ({ lab }) => lab.home.run(["sh", "-c", 'wg set hw0 peer "$(wg show hw0 peers)" remove']),
	},
	{
		name: "home: wireguard-go killed",
		takes: ["home.agent"],
		begin: ({ lab }) => lab.home.run(["systemctl", "kill", "--signal=KILL", "heimweg-wireguard-go@hw0"]),
	},
	{
		name: "home: guard table flushed",
		takes: ["home.agent"],
		begin: ({ lab }) => lab.home.run(["nft", "delete", "table", "inet", "heimweg"]),
	},
	{
		name: "home: resolver dead",
		takes: ["home.agent"],
		lasts: [5, 20],
		begin: ({ lab }) => lab.home.write("/etc/resolv.conf", "nameserver 192.0.2.99\n"),
		end: ({ lab }) => lab.home.write("/etc/resolv.conf", "nameserver 192.0.2.53\n"),
	},
	{
		name: "home: Postfix stopped",
		takes: ["home.postfix"],
		lasts: [2, 15],
		begin: ({ lab }) => lab.home.run(["systemctl", "stop", "postfix"]),
		end: ({ lab }) => lab.home.run(["systemctl", "start", "postfix"]),
	},
	{
		name: "home: cable pulled",
		takes: ["home.cable"],
		lasts: [1, 10],
		begin: ({ lab }) => lab.router.carrierDown(),
		end: ({ lab }) => lab.router.carrierUp(),
	},
	{
		name: "home: other IPv6 prefix",
		takes: ["home.cable"],
		begin: ({ lab }) => lab.router.changePrefix(),
	},
];
