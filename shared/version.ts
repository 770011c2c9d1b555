declare const HEIMWEG_VERSION: string | undefined;

/** The version of the package, put in by the build. */
export const version: string = typeof HEIMWEG_VERSION === "string" ? HEIMWEG_VERSION : "development";
