import { kindOfPort } from "../../shared/client-ports.ts";
import type { Health } from "../../shared/health.ts";
import { oneAtATime } from "../../shared/ticks.ts";
import { HOUR, MINUTE } from "../../shared/time.ts";
import { judgeCertificate, shownCertificate, type Verdict } from "./certificate.ts";
import * as conditions from "./conditions.ts";

/** Between two looks while all is well, and while it is not, or not all could be seen. */
const lookEvery = HOUR;
const lookAgain = 5 * MINUTE;

/** Names whose certificates are looked at. */
const mostLooks = 10;

const kinds = {
	expired: conditions.certificateExpired,
	soon: conditions.certificateEndsSoon,
	other: conditions.certificateOfOther,
};

type Wrong = keyof typeof kinds;

export interface CertificateLooksOptions {
	/** The names that mail programs know. */
	names(): readonly string[];
	/** Client ports that are set up here, and those of them that something listens on directly. */
	ports(): { set: readonly number[]; listening: readonly number[] };
	health: Health;
	shown?: typeof shownCertificate;
	/** Milliseconds, steady. */
	now?: () => number;
}

/**
 * Looks at the certificates that this home shows, now and then; what it says of a name stands until another certificate was
 * seen. `look` may be called as often as one likes.
 */
export function createCertificateLooks(options: CertificateLooksOptions): { look(): void } {
	const { names, ports, health, shown = shownCertificate, now = () => performance.now() } = options;
	let notBefore = Number.NEGATIVE_INFINITY;

	async function lookAtAll(): Promise<void> {
		const { set, listening } = ports();
		const own = set.some(isTls) ? names().slice(0, mostLooks) : [];
		for (const kind of Object.values(kinds))
			for (const name of health.subjects<never>(kind))
				if (!own.includes(name)) health.clear<never>(kind, name);
		// While the servers start there is nothing to see, and soon there is.
		if (now() < notBefore || own.length === 0 || !listening.some(isTls)) return;
		let well = true;
		for (const name of own) well = (await lookAt(name, listening.filter(isTls))) && well;
		notBefore = now() + (well ? lookEvery : lookAgain);
	}

	/** True when all ports show a certificate for the name that is as it should be. */
	async function lookAt(name: string, listening: readonly number[]): Promise<boolean> {
		const found = new Map<Verdict["is"], Verdict & { port: number }>();
		let isWhole = true;
		for (const port of listening) {
			const certificate = await shown(name, port);
			const verdict = certificate && judgeCertificate(certificate, name, new Date());
			if (!verdict) isWhole = false;
			else if (!found.has(verdict.is)) found.set(verdict.is, { ...verdict, port });
		}
		for (const is of Object.keys(kinds) as Wrong[]) {
			const details = found.get(is);
			// A server that starts anew at this moment has not got another certificate by that.
			if (details || isWhole) health.put<never>(kinds[is], name, details as never);
		}
		return isWhole && [...found.keys()].every((is) => is === "well");
	}

	return { look: oneAtATime(lookAtAll) };
}

function isTls(port: number): boolean {
	return kindOfPort(port) === "tls";
}
