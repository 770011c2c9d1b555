/** Something for root to do. */
export interface Need {
	is: "dovecot" | "readable" | "database";
	/** The file, or what the database is told. */
	what: string;
	/** A file to write first. */
	write?: { file: string; text: string };
	argv: readonly string[];
	input?: string;
}
