import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A file of a package: its text, a file of this machine, or where a link leads. Mode 0644 unless given. */
export type DebFile = { path: string; mode?: number; conffile?: boolean } & (
	| { content: string | Buffer }
	| { from: string }
	| { link: string }
);

/** A Debian package before it is packed. */
export interface Deb {
	name: string;
	architecture: "all" | "amd64" | "arm64";
	/** Fields of deb-control(5), without those that follow from the rest. */
	control: Record<string, string>;
	files: DebFile[];
	/** Maintainer scripts by their names. */
	scripts: Record<string, string>;
	/** deb-triggers(5). */
	triggers?: string;
}

/** How it is packed: small, or fast and big, for tests. */
export type Packing = "small" | "fast";

const packings: Record<Packing, string[]> = {
	// One thread: more would cut the data into blocks, by the number of this machine's cores. A higher level would need 65 MB of
	// memory to unpack, on a machine that may be small.
	small: ["-Zxz", "-z6", "--threads-max=1"],
	fast: ["-Zgzip", "-z1"],
};

/**
 * Packs it with dpkg-deb(1) into the folder and returns the file. The same package and time give the same bytes: owner,
 * modes and times come from here, and dpkg-deb sorts.
 */
export async function packDeb(deb: Deb, folder: string, epoch: number, packing: Packing): Promise<string> {
	const staged = await mkdtemp(join(tmpdir(), "heimweg-deb-"));
	try {
		await chmod(staged, 0o755);
		await stage(deb, staged, epoch);
		const { name, architecture, control } = deb;
		const file = join(folder, `${name}_${control.Version}_${architecture}.deb`);
		await execute("dpkg-deb", ["--root-owner-group", ...packings[packing], "--build", staged, file], {
			env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch), LC_ALL: "C.UTF-8", TZ: "UTC" },
		});
		return file;
	} finally {
		await rm(staged, { recursive: true, force: true });
	}
}

async function stage(deb: Deb, root: string, epoch: number): Promise<void> {
	const folders = new Set<string>();
	const put = async (path: string, mode: number, content: string | Buffer) => {
		await writeFile(join(root, path), content);
		await chmod(join(root, path), mode);
		await utimes(join(root, path), epoch, epoch);
	};
	const makeFolder = async (path: string) => {
		if (path === "/" || folders.has(path)) return;
		await makeFolder(dirname(path));
		folders.add(path);
		await mkdir(join(root, path), { recursive: true });
		await chmod(join(root, path), 0o755);
	};
	const sums: string[] = [];
	let size = 0;
	const files = [...deb.files].sort((a, b) => (a.path < b.path ? -1 : 1));
	for (const file of files) {
		const { path, mode = 0o644 } = file;
		await makeFolder(dirname(path));
		if ("link" in file) {
			await symlink(file.link, join(root, path));
			continue;
		}
		if ("from" in file) {
			await copyFile(file.from, join(root, path));
			await chmod(join(root, path), mode);
			await utimes(join(root, path), epoch, epoch);
		} else await put(path, mode, file.content);
		const bytes = await readFile(join(root, path));
		sums.push(`${createHash("md5").update(bytes).digest("hex")}  ${path.slice(1)}\n`);
		size += Math.ceil(bytes.length / 1024);
	}
	await makeFolder("/DEBIAN");
	const conffiles = files.filter(({ conffile }) => conffile).map(({ path }) => `${path}\n`);
	await put("/DEBIAN/control", 0o644, controlText(deb, size + folders.size));
	await put("/DEBIAN/md5sums", 0o644, sums.join(""));
	if (conffiles.length > 0) await put("/DEBIAN/conffiles", 0o644, conffiles.join(""));
	if (deb.triggers) await put("/DEBIAN/triggers", 0o644, deb.triggers);
	for (const [name, text] of Object.entries(deb.scripts)) await put(`/DEBIAN/${name}`, 0o755, text);
	for (const path of [...folders].reverse()) await utimes(join(root, path), epoch, epoch);
	await utimes(root, epoch, epoch);
}

/** The file `control`; `kilobytes` is what it takes on disk. */
export function controlText({ name, architecture, control }: Deb, kilobytes: number): string {
	const { Description, ...rest } = control;
	const fields = { Package: name, Architecture: architecture, ...rest, "Installed-Size": String(kilobytes) };
	const lines = Object.entries({ ...fields, ...(Description ? { Description } : {}) });
	return lines.map(([field, value]) => `${field}: ${value}\n`).join("");
}
