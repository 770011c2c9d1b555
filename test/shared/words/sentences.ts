import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { transform } from "esbuild";
import { parseAst } from "vite";

const root = resolve(import.meta.dirname, "../../..");

/** Fields that hold sentences wherever they stand. */
const fields = ["because", "why", "remedy", "cause", "advice", "fix", "so", "whose"];

/** Errors that a person reads: all but those that only a defect throws. */
const telling = /^(?:\w+Error|Refused|WrongAnswer|DaemonAway)$/;

/** Stands for a value while a sentence is put together. */
const hole = "\ue000";

/** More shapes of one sentence than this are a sentence that nobody can translate. */
const mostShapes = 40;

interface Node {
	type: string;
	[key: string]: unknown;
}

/** The shapes of all sentences of the product that a person may read, each with the file that says it. */
export async function sentencesIn(folders: readonly string[]): Promise<Map<string, string>> {
	const found = new Map<string, string>();
	for (const folder of folders) {
		const names = await readdir(join(root, folder), { recursive: true });
		for (const name of names.filter((one) => one.endsWith(".ts")).sort()) {
			const file = `${folder}/${name}`;
			if (file.startsWith("shared/words/")) continue;
			const text = await readFile(join(root, file), "utf8");
			for (const shape of await sentencesOf(text)) if (!found.has(shape)) found.set(shape, file);
		}
	}
	return found;
}

/** The shapes of the sentences in one file's text, with `{0}`, `{1}`, ... for what is put in. */
export async function sentencesOf(text: string): Promise<Set<string>> {
	const { code } = await transform(text, { loader: "ts", target: "esnext" });
	const program = parseAst(code) as unknown as Node;
	const found = new Set<string>();
	const known = new Set<Node>();
	const parents = new Map<Node, Node>();
	each(program, (node) => {
		for (const child of childrenOf(node)) parents.set(child, node);
	});
	each(program, look);
	return found;

	function look(node: Node): void {
		if (node.type === "TaggedTemplateExpression" && nameOf(node.tag) === "say")
			for (const shape of shapesOf(node.quasi as Node)) add(shape);
		// What a command says by a function of this name, and the table that it says it from.
		if (node.type === "CallExpression" && lastNameOf(node.callee as Node) === "say")
			for (const one of node.arguments as Node[]) takeTold(one);
		if (node.type === "VariableDeclarator" && nameOf(node.id) === "words")
			for (const one of ((node.init as Node).properties as Node[]) ?? []) takeNamed(one.value as Node);
		if (node.type === "CallExpression" && nameOf(node.callee) === "createLastWorked")
			for (const one of ((node.arguments as Node[])[1]?.properties as Node[]) ?? []) take(one.key as Node);
		if (node.type === "CallExpression" && nameOf(node.callee) === "condition")
			for (const field of ["title", "text", "remedy"])
				take(propertyOf((node.arguments as Node[])[0]!, field));
		if (node.type === "CallExpression" && (node.callee as Node).type === "Super")
			for (const one of node.arguments as Node[]) takeTold(one);
		if (node.type === "NewExpression" && telling.test(nameOf(node.callee)))
			for (const one of node.arguments as Node[]) takeTold(one);
		if (node.type === "Property" && fields.includes(nameOf(node.key))) take(node.value as Node);
		if (node.type === "ObjectExpression" && propertyOf(node, "place") && propertyOf(node, "name"))
			for (const field of ["name", "text"])
				for (const shape of shapesOf(propertyOf(node, field)!)) add(shape);
	}

	/** Takes what an error is made with: a sentence, or a list of them. */
	function takeTold(node: Node): void {
		if (node.type === "ArrayExpression") for (const one of node.elements as Node[]) take(one);
		else if (node.type !== "ObjectExpression") take(node);
	}

	/** Takes a sentence whose values stand in it by name. */
	function takeNamed(node: Node): void {
		for (const shape of shapesOf(node)) add(shape.replace(/\{[a-zA-Z0-9]+\}/g, hole));
	}

	/** Takes an expression, or what a function returns, as a sentence. */
	function take(node: Node | undefined): void {
		if (!node || known.has(node)) return;
		known.add(node);
		if (isFunction(node)) {
			for (const result of resultsOf(node)) take(result);
			return;
		}
		// One word alone is a value for programs.
		for (const shape of shapesOf(node)) if (shape.trim().includes(" ")) add(shape);
	}

	function add(shape: string): void {
		if (!/[a-z]{2}|[A-Z]{4}/.test(shape)) return;
		let at = 0;
		// In the rules of reasons the machines stand as words.
		const holes = shape.replace(/\bT?HERE\b/g, hole);
		found.add(holes.trim().replaceAll(hole, () => `{${at++}}`));
	}

	/** All shapes that an expression can have. */
	function shapesOf(node: Node, depth = 0): string[] {
		const within = (one: unknown) => shapesOf(one as Node, depth + 1);
		if (depth > 20) return [hole];
		switch (node.type) {
			case "Literal":
				return typeof node.value === "string" ? [node.value] : [hole];
			case "TemplateLiteral": {
				const quasis = node.quasis as Array<{ value: { cooked: string } }>;
				let shapes = [quasis[0]!.value.cooked];
				for (const [at, expression] of (node.expressions as Node[]).entries()) {
					const between = within(expression);
					shapes = joined(joined(shapes, between), [quasis[at + 1]!.value.cooked]);
				}
				return shapes;
			}
			case "BinaryExpression":
				return node.operator === "+" ? joined(within(node.left), within(node.right)) : [hole];
			case "ConditionalExpression":
				return eitherOf(unique([...within(node.consequent), ...within(node.alternate)]));
			case "LogicalExpression":
				return unique(alternatives(node, within));
			case "TaggedTemplateExpression":
				return [hole];
			case "Identifier": {
				const value = constant(node);
				return value ? within(value) : [hole];
			}
			case "CallExpression":
				return called(node, within);
			default:
				return [hole];
		}
	}

	/** A call is a value; what is said within it is a sentence of its own. */
	function called(node: Node, within: (node: unknown) => string[]): string[] {
		const callee = node.callee as Node;
		if (callee.type === "MemberExpression" && nameOf(callee.property) === "trim")
			return unique(
				within(callee.object).flatMap((one) =>
					one !== hole && one.endsWith(hole) ? [one, one.slice(0, -1).trim()] : [one.trim()],
				),
			);
		each(node, (one) => {
			if (isFunction(one)) take(one);
			if (one.type === "Identifier") {
				const value = constant(one, true);
				if (value && isFunction(value)) take(value);
			}
		});
		return [hole];
	}

	/** What a name stands for, if it never changes. */
	function constant(name: Node, functions = false): Node | undefined {
		for (let at = parents.get(name); at; at = parents.get(at)) {
			const body = at.type === "Program" || at.type === "BlockStatement" ? (at.body as Node[]) : [];
			for (const one of body) {
				const statement = (one.type === "ExportNamedDeclaration" && (one.declaration as Node)) || one;
				if (functions && statement.type === "FunctionDeclaration" && nameOf(statement.id) === nameOf(name))
					return statement;
				if (statement.type !== "VariableDeclaration" || statement.kind !== "const") continue;
				for (const { id, init } of statement.declarations as Array<{ id: Node; init: Node }>) {
					if (nameOf(id) !== nameOf(name) || !init) continue;
					return isFunction(init) === functions ? init : undefined;
				}
			}
			if (isFunction(at) && (at.params as Node[]).some((one) => mentions(one, nameOf(name))))
				return undefined;
		}
		return undefined;
	}
}

/** What `a && b`, `a || b` or `a ?? b` may be; a value that stands in for another one changes no sentence. */
function alternatives(node: Node, within: (node: unknown) => string[]): string[] {
	const right = within(node.right);
	if (node.operator === "&&") return ["", ...right];
	return [...within(node.left), ...right.filter((one) => /[a-z]/i.test(one))];
}

function joined(left: readonly string[], right: readonly string[]): string[] {
	const all = unique(left.flatMap((one) => right.map((other) => one + other)));
	if (all.length > mostShapes) throw new Error(`a sentence has too many shapes: ${all[0]}`);
	return all;
}

/** A value that may be empty is a value. */
function eitherOf(shapes: string[]): string[] {
	return shapes.every((one) => one === "" || one === hole) ? [hole] : shapes;
}

function unique(list: readonly string[]): string[] {
	return [...new Set(list)];
}

function isFunction({ type }: Node): boolean {
	return ["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration"].includes(type);
}

/** What a function may return, not what functions within it do. */
function resultsOf(node: Node): Node[] {
	const body = node.body as Node;
	if (body.type !== "BlockStatement") return [body];
	const results: Node[] = [];
	const visit = (one: Node): void => {
		if (one.type === "ReturnStatement" && one.argument) results.push(one.argument as Node);
		for (const child of childrenOf(one)) if (!isFunction(child)) visit(child);
	};
	visit(body);
	return results;
}

function mentions(node: Node, name: string): boolean {
	let found = false;
	each(node, (one) => {
		if (nameOf(one) === name) found = true;
	});
	return found;
}

function propertyOf(node: Node | undefined, name: string): Node | undefined {
	if (node?.type !== "ObjectExpression") return undefined;
	const property = (node.properties as Node[]).find((one) => nameOf(one.key) === name);
	return property?.value as Node | undefined;
}

function nameOf(node: unknown): string {
	const { type, name } = (node ?? {}) as { type?: string; name?: string };
	return type === "Identifier" ? (name ?? "") : "";
}

/** `say` of `say` and of `desk.say`. */
function lastNameOf(node: Node): string {
	return nameOf(node.type === "MemberExpression" ? node.property : node);
}

function childrenOf(node: Node): Node[] {
	return Object.values(node)
		.flat()
		.filter((one): one is Node => typeof (one as Node | null)?.type === "string");
}

function each(node: Node, visit: (node: Node) => void): void {
	visit(node);
	for (const child of childrenOf(node)) each(child, visit);
}
