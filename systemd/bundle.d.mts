export type ProgramName = "heimweg" | "heimweg-relay";

/** The programs, and where each begins. */
export const programs: Record<ProgramName, string>;

/** The version that package.json names. */
export function sourceVersion(): Promise<string>;

/** The file beside the program from which a command that speaks German reads it. */
export function germanFile(name: ProgramName): string;

/** The file beside the program from which its doctor is read. */
export function doctorFile(name: ProgramName): string;

/** Where the doctors begin; a program without one has none here. */
export const doctors: Partial<Record<ProgramName, string>>;

/**
 * The program as one ES module, what it says in German as another and its doctor as a third, and the folders of the npm
 * packages of which something went into them.
 */
export function bundle(
	name: ProgramName,
	version: string,
): Promise<{ code: string; german: string; doctor?: string; packages: string[] }>;
