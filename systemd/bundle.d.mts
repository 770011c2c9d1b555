export type ProgramName = "heimweg" | "heimweg-relay";

/** The programs, and where each begins. */
export const programs: Record<ProgramName, string>;

/** The version that package.json names. */
export function sourceVersion(): Promise<string>;

/** The file beside the program from which a command that speaks German reads it. */
export function germanFile(name: ProgramName): string;

/**
 * The program as one ES module, what it says in German as another, and the folders of the npm packages of which something
 * went into it.
 */
export function bundle(
	name: ProgramName,
	version: string,
): Promise<{ code: string; german: string; packages: string[] }>;
