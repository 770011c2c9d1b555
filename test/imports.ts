import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** The files of the product by their path, each with the files of the product that it names, types included. */
export async function importsOf(folders: readonly string[]): Promise<Map<string, string[]>> {
	const found = new Map<string, string[]>();
	for (const folder of folders) {
		const names = await readdir(join(root, folder), { recursive: true });
		for (const name of names.filter((one) => /\.[cm]?[jt]s$/.test(one))) {
			const path = join(root, folder, name);
			const text = await readFile(path, "utf8");
			const targets = [...text.matchAll(/["'`](\.{1,2}\/[^"'`\n]*)["'`]/g)].map(([, target]) =>
				relative(root, resolve(dirname(path), target ?? "")),
			);
			found.set(`${folder}/${name}`, targets);
		}
	}
	return found;
}

/** Files that import each other in a circle, one list a circle (Tarjan's strongly connected components). */
export function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
	const numbers = new Map<string, number>();
	const lowest = new Map<string, number>();
	const stack: string[] = [];
	const circles: string[][] = [];

	function visit(file: string): void {
		numbers.set(file, numbers.size);
		lowest.set(file, numbers.get(file)!);
		stack.push(file);
		for (const target of imports.get(file) ?? []) {
			if (!imports.has(target)) continue;
			if (!numbers.has(target)) visit(target);
			if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
		}
		if (lowest.get(file) !== numbers.get(file)) return;
		const circle = stack.splice(stack.indexOf(file));
		if (circle.length > 1) circles.push(circle.sort());
	}

	for (const file of imports.keys()) if (!numbers.has(file)) visit(file);
	return circles;
}
