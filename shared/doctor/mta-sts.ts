/** A policy of MTA-STS (RFC 8461, 3.2). */
export interface StsPolicy {
	mode: "enforce" | "testing" | "none";
	mx: string[];
	/** Seconds. */
	maxAge: number;
}

/** Reads a policy file; a string says what is wrong with it. */
export function readPolicy(text: string): StsPolicy | string {
	const fields = text
		.split(/\r?\n/)
		.filter((line) => line.trim() !== "")
		.map((line) => /^([a-z0-9_.-]+):\s*(.*?)\s*$/i.exec(line));
	if (fields.some((field) => !field)) return "a line that is no field";
	const of = (key: string) => fields.flatMap((field) => (field![1] === key ? field![2]! : []));
	const [version] = of("version");
	const [mode] = of("mode");
	const [age] = of("max_age");
	if (version !== "STSv1") return "version: STSv1 is missing";
	if (mode !== "enforce" && mode !== "testing" && mode !== "none") return `mode: ${mode ?? ""}`;
	if (!age || !/^\d{1,10}$/.test(age)) return `max_age: ${age ?? ""}`;
	const mx = of("mx").map((name) => name.toLowerCase().replace(/\.$/, ""));
	if (mode !== "none" && mx.length === 0) return "mx: is missing";
	return { mode, mx, maxAge: Number(age) };
}

/** Whether a policy allows a host: by its name, or by a wildcard for its leftmost label (RFC 8461, 4.1). */
export function policyAllows({ mx }: Pick<StsPolicy, "mx">, host: string): boolean {
	return mx.some((pattern) =>
		pattern.startsWith("*.") ? host.slice(host.indexOf(".")) === pattern.slice(1) : host === pattern,
	);
}
