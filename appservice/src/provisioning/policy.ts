import type { Protection } from "@klaaf/protocol";
import type { BrakeLimits } from "./brake.ts";
import type { UnitFunction, UnitKind } from "../organisation/index.ts";

/** A room that units of some kinds get. */
export type RoomTemplate = {
  readonly id: string;
  /** `{unit}` is the unit's title, `{short}` its number or name. */
  readonly name: string;
  readonly topic: string;
  readonly kinds: readonly UnitKind[];
  /** Who is in it. */
  readonly members: readonly UnitFunction[];
  /** Whether heads and deputies of the units directly below are in it too. */
  readonly withLeadsBelow: boolean;
  /** Who may write messages; the others read and react. */
  readonly writers: "everyone" | "leads";
  readonly protection: Protection;
};

/** What every managed room follows; later read from a file that IT keeps. */
export type Policy = {
  readonly templates: readonly RoomTemplate[];
  /** Power by function (Matrix power levels). */
  readonly power: Readonly<Record<UnitFunction, number>>;
  readonly spaceTopic: string;
  /** How many people may lose something within a day before two people are asked. */
  readonly brake: BrakeLimits;
  readonly leavers: {
    /** How long a locked account is kept for the day its person comes back. */
    readonly graceDays: number;
  };
};

export const defaultPolicy: Policy = {
  spaceTopic: "Bereich {unit}",
  leavers: { graceDays: 90 },
  brake: { source: { atLeast: 10, share: 0.01 }, unit: { atLeast: 3, share: 0.2 } },
  power: { head: 50, deputy: 50, member: 0, guest: 0 },
  templates: [
    {
      id: "general",
      name: "{unit}",
      topic: "Für alle in {unit}",
      kinds: ["city", "department", "office", "division", "section", "school"],
      members: ["head", "deputy", "member", "guest"],
      withLeadsBelow: false,
      writers: "everyone",
      protection: "intern",
    },
    {
      id: "announcements",
      name: "Mitteilungen {short}",
      topic: "Mitteilungen der Leitung von {unit}",
      kinds: ["office", "school"],
      members: ["head", "deputy", "member", "guest"],
      withLeadsBelow: false,
      writers: "leads",
      protection: "intern",
    },
    {
      id: "leads",
      name: "Leitung {short}",
      topic: "Leitungsrunde von {unit}",
      kinds: ["department", "office", "school"],
      members: ["head", "deputy"],
      withLeadsBelow: true,
      writers: "everyone",
      protection: "intern",
    },
  ],
};
