// What the bundles leave out: most of the start's time and of the resident memory is code that is never called.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** zod's messages in some fifty languages; ours are English. */
const englishOnly = {
	name: "english-only",
	setup({ onLoad }) {
		onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
			contents: 'export { default as en } from "./en.js";',
		}));
	},
};

/** Puts a module of these lines in the place of another. */
function instead(name, filter, contents) {
	return {
		name,
		setup({ onResolve, onLoad }) {
			onResolve({ filter }, () => ({ path: name, namespace: name }));
			onLoad({ filter: /.*/, namespace: name }, () => ({ resolveDir: root, contents }));
		},
	};
}

/**
 * Of undici only Agent and request, without fetch, WebSocket, caches and mocks: a tenth of the resident memory and a
 * quarter of the start are theirs. `request` is always given a dispatcher here, and then does just this.
 */
const undiciRequestOnly = instead(
	"undici-request-only",
	/^undici$/,
	`
exports.Agent = require("undici/lib/dispatcher/agent.js");
const { request } = require("undici/lib/api/index.js");
exports.request = (address, options) => {
	const { origin, pathname, search } = new URL(address);
	const method = options.method ?? "GET";
	return request.call(options.dispatcher, { ...options, origin, path: pathname + search, method });
};`,
);

/** undici speaks HTTP/2 only where it is told to, and can do without the module. */
const withoutHttp2 = instead("without-http2", /^node:http2$/, "module.exports = { constants: {} };");

/** Of prom-client what we count with, without Node's own figures and without clusters. */
const promClientBare = instead(
	"prom-client-bare",
	/^prom-client$/,
	`
exports.Counter = require("prom-client/lib/counter.js");
exports.Gauge = require("prom-client/lib/gauge.js");
exports.Registry = require("prom-client/lib/registry.js");`,
);

/** pino's way to write logs in another thread, which we do not take. */
const withoutThreads = instead("without-threads", /^thread-stream$/, "module.exports = class {};");

/**
 * node-cron asks Intl for the parts of the local time. Date has the same numbers, and does without ICU's data, which
 * is 9 MB of resident memory.
 */
const localTimeFromDate = {
	name: "local-time-from-date",
	setup({ onLoad }) {
		onLoad({ filter: /node-cron\/dist\/_shared\.js$/ }, async ({ path }) => {
			const source = await readFile(path, "utf8");
			const heads = ["getPartsFormatter", "getOffsetFormatter"].map((name) => `function ${name}(timezone) {`);
			if (!heads.every((head) => source.includes(head))) throw new Error(`${path} is not what it was`);
			const contents = heads.reduce(
				(text, head) => text.replace(head, `${head}\n    if (!timezone) return fromDate;`),
				`${fromDate}\n${source}`,
			);
			return { contents };
		});
	},
};

/** Stands for both of node-cron's formatters, in the local time zone. */
const fromDate = `
const fromDate = {
	formatToParts(date) {
		const offset = -date.getTimezoneOffset();
		const minutes = Math.abs(offset);
		const clock = \`\${Math.trunc(minutes / 60)}:\${String(minutes % 60).padStart(2, "0")}\`;
		const parts = {
			year: date.getFullYear(),
			month: date.getMonth() + 1,
			day: date.getDate(),
			hour: date.getHours(),
			minute: date.getMinutes(),
			second: date.getSeconds(),
			weekday: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][date.getDay()],
			timeZoneName: offset === 0 ? "GMT" : \`GMT\${offset < 0 ? "-" : "+"}\${clock}\`,
		};
		return Object.entries(parts).map(([type, value]) => ({ type, value: String(value) }));
	},
};`;

/** The plug-ins for esbuild. */
export const bundling = [
	englishOnly,
	undiciRequestOnly,
	withoutHttp2,
	promClientBare,
	withoutThreads,
	localTimeFromDate,
];
