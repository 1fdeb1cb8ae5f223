import type { Request } from "express";

/** The token of an `Authorization: Bearer` header, or undefined. */
export function bearerOf(request: Request): string | undefined {
  const match = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(request.get("authorization") ?? "");
  return match?.[1];
}
