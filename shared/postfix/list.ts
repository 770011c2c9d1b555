/** The elements of a Postfix list, which commas and white space separate. */
export function elementsOf(list: string): string[] {
	return list.split(/[\s,]+/).filter(Boolean);
}

/** True when the list has the element, or all of several. */
export function hasElement(list: string, element: string): boolean {
	const elements = elementsOf(list);
	return elementsOf(element).every((one) => elements.includes(one));
}

/** True when the list begins with the element. */
export function beginsWith(list: string, element: string): boolean {
	return elementsOf(list)[0] === element;
}

/**
 * The list without the element, or without each of several; a map is recognised in whatever database type it stands
 * there. The rest is as it was written.
 */
export function withoutElement(list: string, element: string): string {
	return elementsOf(element).reduce(withoutOne, list);
}

function withoutOne(list: string, element: string): string {
	const ours = new RegExp(patternOf(element, "[\\s,]"), "g");
	return list.replaceAll(ours, "$1").replace(/^[\s,]+|[\s,]+$/g, "");
}

/** An extended regular expression for an element with what separates it from others; maps of any type. */
export function patternOf(element: string, separator: string): string {
	// An IPv6 address in its brackets has no type.
	const colon = element.startsWith("[") ? -1 : element.indexOf(":");
	const name = element.slice(colon + 1).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
	return `(^|${separator})${colon < 0 ? "" : "[a-z]+:"}${name}(${separator}+|$)`;
}

/** Lists joined to one, the empty ones left out. */
export function joined(...lists: string[]): string {
	return lists.filter(Boolean).join(", ");
}
