import { runProgram } from "../shared/program-cli.ts";
import { relay } from "./relay.ts";

await runProgram(relay);
