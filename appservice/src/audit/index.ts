export type {
  Actor,
  AuditDamage,
  AuditEntry,
  AuditHead,
  AuditLog,
  AuditPage,
  AuditQuery,
  AuditReader,
  AuditRecord,
  AuditVerdict,
} from "./audit.ts";
export { DatabaseAuditLog } from "./database-audit-log.ts";
