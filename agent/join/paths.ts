/** Where enrolment reads and writes; another place only for tests. */
export interface EnrolPaths {
	/** heimweg.toml, wireguard.key, preshared.key and join.json: root's folder, which the daemon's group may read. */
	folder: string;
	/** Keys of the first tunnel, for `wg` to read; gone with the machine's next start. */
	runFolder: string;
}

export const defaultPaths: EnrolPaths = { folder: "/etc/heimweg", runFolder: "/run/heimweg-join" };

export function filesIn({ folder, runFolder }: EnrolPaths) {
	return {
		config: `${folder}/heimweg.toml`,
		key: `${folder}/wireguard.key`,
		presharedKey: `${folder}/preshared.key`,
		join: `${folder}/join.json`,
		bootstrapKey: `${runFolder}/bootstrap.key`,
		bootstrapPresharedKey: `${runFolder}/bootstrap.preshared`,
	};
}

/** The tunnel's interface, as heimweg.toml has it when it does not say. */
export const interfaceName = "hw0";
