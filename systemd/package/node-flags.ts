/** How many homes a relay may have that does without the optimizing compilers. */
export const fewHomes = 100;

/**
 * V8's flags with the packaged runtime, whose version is known to have them: programs that run for months with little to
 * do need little memory, not speed. With little to do no code is ever optimized, since the compilers' own code would have to
 * be in memory; a relay with many homes keeps them. Node 24.21 alone is 49 MB. Resident on booted hosts, idle for
 * two minutes, in MB, and of a core in % (of which 0.1 is chance):
 *
 * |   | flags                                                     | agent      | companion  |
 * |---|-----------------------------------------------------------|------------|------------|
 * | 0 | none                                                      | 105.3 0.44 |  86.9 0.52 |
 * | 1 | --max-semi-space-size=1 --optimize-for-size --no-maglev   |            |  84.4 0.53 |
 * | 2 | 1 and --no-opt                                            |  85.8 0.45 |  77.8 0.44 |
 * | 3 | 2 and --v8-pool-size=1, MALLOC_ARENA_MAX=1                |  85.7 0.49 |  77.8 0.54 |
 * | 4 | 3 and --single-threaded, UV_THREADPOOL_SIZE=2             |  86.4 0.44 |  77.8 0.47 |
 * | 5 | 4 and --no-sparkplug                                      |  83.4 0.53 |  75.6 0.53 |
 * | 6 | 2 and MALLOC_ARENA_MAX, MALLOC_TRIM_THRESHOLD_, _TOP_PAD_ |  85.4      |  77.9      |
 * | 7 | 2 and --max-old-space-size=32                             |  84.4 0.58 |  75.7 0.62 |
 * | 8 | 2 and --no-wasm-tier-up --no-wasm-dynamic-tiering         |  81.8 0.51 |  78.4 0.56 |
 * | 9 | 2 and --no-sparkplug and those of 8                       |  78.7 0.31 |  76.4 0.43 |
 *
 * So threads and arenas stay as they are, which cost nothing, and the heap has no limit that a growing relay would meet.
 * WebAssembly is undici's HTTP parser alone, which the optimizing compiler would take up after some 40 requests, for 15 MB
 * (85 to 69 MB in a Node that does nothing else). Not --lite-mode: it has no WebAssembly.
 */
const little = [
	...["--max-semi-space-size=1", "--optimize-for-size"],
	...["--no-opt", "--no-maglev", "--no-sparkplug"],
	...["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"],
];
export const flags = {
	heimweg: little,
	"heimweg-relay": little,
	/**
	 * The relay of more than a few homes, which itself keeps its heap from growing far (shared/spare-memory.ts). With 10,000
	 * homes, a pulse a second each, --optimize-for-size and --no-maglev take a whole core, and a quarter of the pulses is lost;
	 * without them it is half a core, and nothing lost, for 20 MB more.
	 */
	crowded: ["--max-semi-space-size=1"],
};
