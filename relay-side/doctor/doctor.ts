/** All that looks: a file of its own beside the program, so that it costs the daemon no memory. */
export { runForDaemon } from "../../shared/doctor/unit.ts";
export { examineAll, relayDoctor } from "./command.ts";
