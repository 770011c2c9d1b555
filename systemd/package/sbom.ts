import { createHash } from "node:crypto";
import { bundledPackages } from "./bundled.ts";

/** One component, as CycloneDX 1.5 has it. */
interface Component {
	type: "library" | "application" | "platform";
	name: string;
	version: string;
	purl?: string;
	licences: string;
	sha512?: string;
	sha256?: string;
}

/** What a program is made of (CycloneDX 1.5): the npm packages that went into its bundle, and nothing else. */
export async function programSbom(
	name: string,
	edition: { version: string; epoch: number },
	folders: readonly string[],
): Promise<string> {
	const components = (await bundledPackages(folders)).map(
		({ name, version, licence, sha512 }): Component => ({
			type: "library",
			name,
			version,
			purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
			licences: licence,
			sha512,
		}),
	);
	return sbomText(
		{ type: "application", name, version: edition.version, licences: "MIT" },
		components,
		edition.epoch,
	);
}

/** What heimweg-node is made of: one Node, as its project built it. */
export function nodeSbom(runtime: { version: string; sha256: string }, epoch: number): string {
	const { version, sha256 } = runtime;
	const node: Component = {
		type: "platform",
		name: "node",
		version,
		purl: `pkg:generic/nodejs@${version}`,
		licences: "MIT",
		sha256,
	};
	return sbomText({ type: "platform", name: "heimweg-node", version, licences: "MIT" }, [node], epoch);
}

function sbomText(subject: Component, components: readonly Component[], epoch: number): string {
	const listed = components.map(component);
	// The same content has the same serial number (RFC 9562, version 8).
	const hash = createHash("sha256")
		.update(JSON.stringify([subject, listed]))
		.digest("hex");
	const serial = [
		hash.slice(0, 8),
		hash.slice(8, 12),
		`8${hash.slice(13, 16)}`,
		`8${hash.slice(17, 20)}`,
		hash.slice(20, 32),
	];
	const bom = {
		$schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
		bomFormat: "CycloneDX",
		specVersion: "1.5",
		serialNumber: `urn:uuid:${serial.join("-")}`,
		version: 1,
		metadata: { timestamp: new Date(epoch * 1000).toISOString(), component: component(subject) },
		components: listed,
		dependencies: [{ ref: reference(subject), dependsOn: components.map(reference) }],
	};
	return `${JSON.stringify(bom, null, "\t")}\n`;
}

const reference = ({ name, version }: Component) => `${name}@${version}`;

function component(one: Component): object {
	const { type, name, version, purl, licences, sha256, sha512 } = one;
	const hashes = [
		...(sha256 ? [{ alg: "SHA-256", content: sha256 }] : []),
		...(sha512 ? [{ alg: "SHA-512", content: sha512 }] : []),
	];
	return {
		"bom-ref": reference(one),
		type,
		name,
		version,
		...(purl ? { purl } : {}),
		licenses: [{ license: { id: licences } }],
		...(hashes.length > 0 ? { hashes } : {}),
	};
}
