import { Counter, Gauge, Registry } from "prom-client";
import type { ActiveCondition, Health } from "./health.ts";

/** A condition that holds for more subjects than this shows as their number alone: a series each would be read by nobody. */
const seriesAtMost = 100;

/** What Prometheus may ask of a program: its own figures, and each condition that holds. */
export interface Metrics {
	counter(name: string, help: string): { add(by?: number): void; value(): number };
	/** A figure that is read when somebody asks. */
	gauge(name: string, help: string, read: () => number): void;
	/** The text format of Prometheus, and its content type. */
	expose(): Promise<{ type: string; text: string }>;
}

export function createMetrics(prefix: string, version: string, health: Health): Metrics {
	const registry = new Registry();
	const registers = [registry];
	new Gauge({ name: `${prefix}_info`, help: "The version that runs", labelNames: ["version"], registers })
		.labels(version)
		.set(1);
	new Gauge({
		name: `${prefix}_condition`,
		help: "1 while the condition holds",
		labelNames: ["code", "subject", "severity"],
		registers,
		collect() {
			this.reset();
			for (const held of health.byKind()) {
				if (held.size > seriesAtMost) continue;
				for (const c of held.values())
					for (const code of namesOf(c)) this.labels(code, c.subject, c.severity).set(1);
			}
		},
	});
	new Gauge({
		name: `${prefix}_conditions`,
		help: "For how many subjects the condition holds; those of more than 100 are in no series of their own",
		labelNames: ["code", "severity"],
		registers,
		collect() {
			this.reset();
			for (const held of health.byKind()) {
				const [any] = held.values();
				if (any) for (const code of namesOf(any)) this.labels(code, any.severity).set(held.size);
			}
		},
	});
	return {
		counter(name, help) {
			let total = 0;
			new Counter({
				name: `${prefix}_${name}`,
				help,
				registers,
				// Thousands are counted a second, and read by somebody each minute.
				collect() {
					this.reset();
					this.inc(total);
				},
			});
			return {
				add(by = 1) {
					total += by;
				},
				value: () => total,
			};
		},
		gauge(name, help, read) {
			new Gauge({
				name: `${prefix}_${name}`,
				help,
				registers,
				collect() {
					this.set(read());
				},
			});
		},
		expose: async () => ({ type: registry.contentType, text: await registry.metrics() }),
	};
}

function namesOf({ code, formerly = code }: ActiveCondition): Set<string> {
	return new Set([code, formerly]);
}
