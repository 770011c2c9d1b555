import { setFlagsFromString } from "node:v8";

/**
 * V8 lets the heap grow to several times of what lives in it before it looks for what does not: ten thousand homes live in
 * 110 MB, and would have 400. A third more costs no CPU to speak of.
 */
const always = ["--heap-growing-percent=33"];

/**
 * Garbage is collected when there is little to do, and the heap kept small for it: with ten thousand homes that and slower
 * code would take a whole core. Without V8's faster code, which is compiled beside the one that runs anyway, and takes the
 * compilers' own into memory; WebAssembly is undici's HTTP parser alone.
 */
const withLittleToDo = [
	"--optimize-for-size",
	...["--no-opt", "--no-maglev", "--no-sparkplug"],
	...["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"],
];

/**
 * Has V8 take memory rather than time for dear: to be called before the program does anything. These are settings that it
 * looks at while it runs; what must be known at its start stands in the units (NODE_OPTIONS). The packages' starter gives
 * all of them at the start; without it, this is what there is. A flag that this Node's V8 does not know changes nothing.
 */
export function spareMemory({ littleToDo }: { littleToDo: boolean }): void {
	for (const flag of [...always, ...(littleToDo ? withLittleToDo : [])]) setFlagsFromString(flag);
}
