import { type Answer, type Asked, jsonAnswer, parameter } from "./answer.ts";

/**
 * A list as the API hands it out: whole when it fits one page, else only page by page with `?cursor=`, the other
 * pages being named in the Link header.
 */
export function paginate(asked: Asked, items: readonly unknown[], pageSize: number): Answer {
	if (items.length <= pageSize) return jsonAnswer(200, items);
	const cursor = parameter(asked.query, "cursor");
	if (cursor === undefined) {
		const detail = `Pagination required. You can query up to ${pageSize} items at a time (${items.length} total). Please use the \`first\` page link (see Link header).`;
		return jsonAnswer(400, { detail }, { link: link(asked, "first", "") });
	}
	const from = positionOf(cursor);
	if (from === undefined) return jsonAnswer(404, { detail: "Invalid cursor" });
	const links = [link(asked, "first", "")];
	if (from > 0) links.push(link(asked, "prev", cursorAt(Math.max(0, from - pageSize))));
	if (from + pageSize < items.length) links.push(link(asked, "next", cursorAt(from + pageSize)));
	return jsonAnswer(200, items.slice(from, from + pageSize), { link: links.join(", ") });
}

const cursorAt = (position: number) => Buffer.from(`p=${position}`).toString("base64");

function positionOf(cursor: string): number | undefined {
	if (cursor === "") return 0;
	const [, position] = /^p=(\d+)$/.exec(Buffer.from(cursor, "base64").toString()) ?? [];
	return position === undefined ? undefined : Number(position);
}

function link(asked: Asked, relation: string, cursor: string): string {
	const query = new URLSearchParams(asked.query);
	query.set("cursor", cursor);
	return `<${asked.origin}${asked.path}?${query}>; rel="${relation}"`;
}
