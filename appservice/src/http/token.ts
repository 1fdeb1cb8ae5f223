import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "express";

/** The token of an `Authorization: Bearer` header, or undefined. */
export function bearerOf(request: Request): string | undefined {
  const match = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(request.get("authorization") ?? "");
  return match?.[1];
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares two secrets in a time that tells nothing of where they differ, nor of their lengths. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}
