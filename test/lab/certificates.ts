import { appendFile, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";

/** The lab's certificate authority and the certificate of its services, as files of this machine. */
export interface Certificates {
	authority: string;
	certificate: string;
	key: string;
}

/** Makes an authority for one run, and a certificate for these DNS names, in `folder` (openssl-req(1)). */
export async function createCertificates(folder: string, names: readonly string[]): Promise<Certificates> {
	const [authority, authorityKey, certificate, key] = [
		"ca.pem",
		"ca.key",
		"services.pem",
		"services.key",
	].map((file) => join(folder, file)) as [string, string, string, string];
	const fresh = [
		"openssl",
		"req",
		"-x509",
		"-newkey",
		"ec",
		"-pkeyopt",
		"ec_paramgen_curve:P-256",
		"-nodes",
		"-days",
		"30",
	];
	await run([
		...[...fresh, "-subj", "/CN=Heimweg lab", "-keyout", authorityKey, "-out", authority],
		...["-addext", "keyUsage=critical,keyCertSign"],
	]);
	await run([
		...[...fresh, "-subj", `/CN=${names[0]}`, "-keyout", key, "-out", certificate],
		...["-CA", authority, "-CAkey", authorityKey, "-addext", "basicConstraints=critical,CA:FALSE"],
		...["-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`],
	]);
	return { authority, certificate, key };
}

/** Where the hosts have the lab's authority; Node needs `NODE_EXTRA_CA_CERTS` to read it. */
export const authorityOnHosts = "/usr/local/share/ca-certificates/heimweg-lab.crt";

/** Makes a disk trust the authority, as `update-ca-certificates` does. */
export async function trust(disk: string, certificates: Certificates): Promise<void> {
	await copyFile(certificates.authority, join(disk, authorityOnHosts));
	const bundle = join(disk, "etc/ssl/certs/ca-certificates.crt");
	await writeFile(bundle, await readFile(bundle));
	await appendFile(bundle, await readFile(certificates.authority));
}
