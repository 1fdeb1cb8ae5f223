import { randomBytes } from "node:crypto";

/** 80 random bits in characters that a Matrix localpart takes; says nothing about the person. */
export const newLocalpart = (): string =>
  `u${BigInt(`0x${randomBytes(10).toString("hex")}`).toString(36)}`;
