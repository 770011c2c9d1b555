/** The names in a template's braces. */
type NamesIn<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
	? Name | NamesIn<Rest>
	: never;

/** What a template needs. */
export type Values<Template extends string> = { readonly [Name in NamesIn<Template>]: string | number };

/**
 * A whole sentence from its template: `{name}` stands for a value. Sentences are kept whole, one file a command, so that
 * another language can order its words as it wants.
 */
export function sentence<Template extends string>(template: Template, values: Values<Template>): string {
	const known = values as Readonly<Record<string, string | number>>;
	return template.replaceAll(/\{([a-zA-Z0-9]+)\}/g, (whole, name: string) => String(known[name] ?? whole));
}
