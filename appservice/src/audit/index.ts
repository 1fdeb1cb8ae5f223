export type { Actor, AuditEntry, AuditLog } from "./audit.ts";
