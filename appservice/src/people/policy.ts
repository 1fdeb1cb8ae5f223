import { PROTECTIONS, RECORDS } from "@klaaf/protocol";
import type { EmployeePolicy } from "@klaaf/protocol";

/** What holds where IT has said nothing: nothing is deleted, and messages may be changed at any time. */
export const defaultEmployeePolicy: EmployeePolicy = {
  version: 1,
  editWindowMs: null,
  retentionDays: { fluechtig: null, akte: null },
  protections: [...PROTECTIONS],
  records: [...RECORDS],
  reportDesk: null,
};
