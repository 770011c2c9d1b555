import type { RunCommand } from "../command.ts";
import type { PostfixSide } from "./command.ts";

/** What a program needs of its Postfix: what its parts need, in their order. At most one of them has a service. */
export async function composedSide<Config>(
	program: string,
	parts: ReadonlyArray<{ postfix?(config: Config, run?: RunCommand): PostfixSide | Promise<PostfixSide> }>,
	config: Config,
	run?: RunCommand,
): Promise<PostfixSide> {
	const sides: PostfixSide[] = [];
	for (const part of parts) if (part.postfix) sides.push(await part.postfix(config, run));
	const service = sides.find(({ look }) => look.service)?.look.service;
	const all = (names: (side: PostfixSide) => readonly string[]) => [...new Set(sides.flatMap(names))];
	const ports = all(({ look }) => look.ports ?? []);
	return {
		program,
		look: {
			parameters: all(({ look }) => look.parameters),
			expanded: all(({ look }) => look.expanded),
			...(service ? { service } : {}),
			...(ports.length > 0 ? { ports } : {}),
		},
		plan(now) {
			const plans = sides.map((side) => side.plan(now));
			return { changes: plans.flatMap(({ changes }) => changes), notes: plans.flatMap(({ notes }) => notes) };
		},
		async prepare(out) {
			for (const side of sides) await side.prepare?.(out);
		},
		async mayUndo() {
			for (const side of sides) await side.mayUndo?.();
		},
		afterwards(changes) {
			for (const side of sides) side.afterwards?.(changes);
		},
	};
}
