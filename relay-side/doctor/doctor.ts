/** All that looks: a file of its own beside the program, so that it costs the daemon no memory. */
export { relayDoctor } from "./command.ts";
