import { runProgram } from "../shared/program-cli.ts";
import { agent } from "./agent.ts";

await runProgram(agent);
