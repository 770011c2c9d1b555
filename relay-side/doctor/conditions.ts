export { mailAtRisk, notLooked, somethingToDo } from "../../shared/doctor/conditions.ts";
