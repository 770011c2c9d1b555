import { gzipSync } from "node:zlib";

/** As `gzip -9n`: without a name and a time, so that the same text gives the same bytes. */
export function gzip(text: string): Buffer {
	return gzipSync(text, { level: 9 });
}
