import { appendFile, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";

/** A certificate and its private key, as files of this machine. */
export interface Certified {
	certificate: string;
	key: string;
}

/** The lab's certificate authority and the certificate of its services, as files of this machine. */
export interface Certificates extends Certified {
	authority: string;
	authorityKey: string;
}

const fresh = [
	...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
	...["-days", "30"],
];

/** Makes an authority for one run, and a certificate for these DNS names, in `folder` (openssl-req(1)). */
export async function createCertificates(folder: string, names: readonly string[]): Promise<Certificates> {
	const authority = join(folder, "ca.pem");
	const authorityKey = join(folder, "ca.key");
	await run([
		...[...fresh, "-subj", "/CN=Heimweg lab", "-keyout", authorityKey, "-out", authority],
		...["-addext", "keyUsage=critical,keyCertSign"],
	]);
	const made = { authority, authorityKey };
	return { ...made, ...(await certify(made, folder, "services", names)) };
}

/** Makes a certificate of the authority for these DNS names, in files of this name in `folder`. */
export async function certify(
	{ authority, authorityKey }: Pick<Certificates, "authority" | "authorityKey">,
	folder: string,
	file: string,
	names: readonly string[],
): Promise<Certified> {
	const [certificate, key] = [join(folder, `${file}.pem`), join(folder, `${file}.key`)];
	await run([
		...[...fresh, "-subj", `/CN=${names[0]}`, "-keyout", key, "-out", certificate],
		...["-CA", authority, "-CAkey", authorityKey, "-addext", "basicConstraints=critical,CA:FALSE"],
		...["-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`],
	]);
	return { certificate, key };
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
