import { urlSchema } from "../../../config.ts";

/** Where deSEC is asked: by HTTPS, except on this machine. */
export const httpsSchema = urlSchema("https://desec.io/api/v1").refine(
	(url) => url.startsWith("https:") || isLoopback(url),
	"the token must not cross the network in clear: expected https",
);

function isLoopback(url: string): boolean {
	return ["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
}
