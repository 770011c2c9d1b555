import type { RRset } from "../../../../shared/dns/rrset.ts";

interface Node {
	children: Map<string, Node>;
	types: Map<string, string>;
}

/**
 * Answers a question as RFC 1034, section 4.3.2, tells it step by step, with a tree and from the root down: another way
 * than the product's, so that both are wrong only where both are wrong.
 */
export function naiveServer(rrsets: readonly RRset[]): (subname: string, type: string) => string {
	const apex: Node = { children: new Map(), types: new Map() };
	for (const { subname, type, records } of rrsets) {
		let node = apex;
		for (const label of labelsOf(subname)) {
			const child = node.children.get(label) ?? { children: new Map(), types: new Map() };
			node.children.set(label, child);
			node = child;
		}
		node.types.set(type, `${type} ${[...records].sort().join(" | ")}`);
	}
	return (subname, type) => {
		const labels = labelsOf(subname);
		let node = apex;
		for (const [at, label] of labels.entries()) {
			const last = at === labels.length - 1;
			const child: Node | undefined = node.children.get(label);
			if (!child) return take(node.children.get("*"), type);
			const cut = child.types.get("NS");
			if (cut && !(last && type === "DS")) return cut;
			const redirection = child.types.get("DNAME");
			if (redirection && !last) return redirection;
			node = child;
		}
		return take(node, type);
	};
}

function take(node: Node | undefined, type: string): string {
	return node?.types.get(type) ?? node?.types.get("CNAME") ?? "";
}

/** From the top down; the apex has none. */
function labelsOf(subname: string): string[] {
	return subname === "" ? [] : subname.split(".").reverse();
}
