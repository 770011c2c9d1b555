import type { Plugin } from "esbuild";

/** The plug-ins for esbuild that leave out what is never called. */
export const bundling: Plugin[];
