export type ProgramName = "heimweg" | "heimweg-relay";

/** The programs, and where each begins. */
export const programs: Record<ProgramName, string>;

/** The version that package.json names. */
export function sourceVersion(): Promise<string>;

/** The program as one ES module, and the folders of the npm packages of which something went into it. */
export function bundle(name: ProgramName, version: string): Promise<{ code: string; packages: string[] }>;
