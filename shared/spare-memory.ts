import { setFlagsFromString } from "node:v8";

/** Garbage is collected when there is little to do, and the heap kept small for it. */
const always = ["--optimize-for-size"];

/**
 * Without V8's faster code, which is compiled beside the one that runs anyway, and takes the compilers' own into memory;
 * WebAssembly is undici's HTTP parser alone.
 */
const withLittleToDo = [
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
