/** A value of Rspamd's configuration language, as far as its DKIM settings use it. */
export type Ucl = string | Ucl[] | { [key: string]: Ucl };

/** Deeper than any configuration is. */
const deepest = 20;

/**
 * Reads the part of UCL (libucl's "extended configuration syntax") that people write into `local.d`: keys, strings,
 * objects, named objects, lists and comments. What it does not know is passed over, and never stops the rest.
 */
export function parseUcl(text: string): Record<string, Ucl> {
	const plain = text.replace(/\/\*.*?\*\//gs, " ");
	const tokens = [
		...plain.matchAll(
			/#[^\n]*|"((?:[^"\\]|\\.)*)"|'([^']*)'|([{}[\];,=:\n])|([^\s{}[\];,=:"'#]+(?:[:=][^\s{}[\];,"'#]+)*)/g,
		),
	]
		.filter(([all]) => !all.startsWith("#"))
		.map(([all, quoted, single, sign]) => ({ sign, text: quoted?.replace(/\\(.)/g, "$1") ?? single ?? all }));
	let at = 0;
	const isSign = (signs: string) => tokens[at]?.sign !== undefined && signs.includes(tokens[at]!.sign!);
	const skip = (signs: string) => {
		while (at < tokens.length && isSign(signs)) at++;
	};

	function object(depth: number): Record<string, Ucl> {
		const made: Record<string, Ucl> = {};
		for (;;) {
			skip(";,\n");
			if (at >= tokens.length || isSign("}")) return made;
			if (isSign("{[]=:")) {
				at++;
				continue;
			}
			const key = tokens[at++]!.text;
			skip("=:");
			// `domain example.org { ... }` is an object within an object.
			const names = [key];
			while (at < tokens.length && !tokens[at]!.sign && nextOpens()) names.push(tokens[at++]!.text);
			put(made, names, value(depth + 1));
		}
	}

	/** Whether a brace follows the word here, maybe after more words. */
	function nextOpens(): boolean {
		let ahead = at;
		while (tokens[ahead] && !tokens[ahead]!.sign) ahead++;
		return tokens[ahead]?.sign === "{";
	}

	function value(depth: number): Ucl {
		if (depth > deepest) throw new RangeError("it is nested too deeply");
		if (isSign("{")) {
			at++;
			const made = object(depth);
			at++;
			return made;
		}
		if (isSign("[")) {
			at++;
			const list: Ucl[] = [];
			for (;;) {
				skip(",;\n");
				if (at >= tokens.length || isSign("]")) break;
				if (isSign("}")) break;
				list.push(value(depth + 1));
			}
			at++;
			return list;
		}
		if (at >= tokens.length || isSign(";,\n}]")) return "";
		return tokens[at++]!.text;
	}

	return object(0);
}

function put(made: Record<string, Ucl>, names: readonly string[], value: Ucl): void {
	const [first = "", ...rest] = names;
	if (["__proto__", "constructor", "prototype"].includes(first)) return;
	if (rest.length === 0) {
		const before = made[first];
		// The same object may be written in pieces.
		made[first] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
		return;
	}
	const inner = isObject(made[first]) ? (made[first] as Record<string, Ucl>) : {};
	put(inner, rest, value);
	made[first] = inner;
}

export function isObject(value: Ucl | undefined): value is Record<string, Ucl> {
	return typeof value === "object" && !Array.isArray(value);
}
