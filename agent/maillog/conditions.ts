export { mailLogUnread } from "../../shared/postfix/mail-log.ts";
