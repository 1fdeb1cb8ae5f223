import { PROTECTIONS, RECORDS } from "@klaaf/protocol";
import { z } from "zod";
import { FUNCTIONS, UNIT_KINDS } from "../organisation/index.ts";

/** What stands for what in names and topics. */
const PLACEHOLDER = /\{(\w*)\}/g;

/** A name or topic; only the placeholders that are known there may stand in it. */
const words = (most: number, ...placeholders: readonly string[]) =>
  z
    .string()
    .trim()
    .max(most, `must have at most ${most} characters`)
    .superRefine((text, context) => {
      for (const [all, name = ""] of text.matchAll(PLACEHOLDER)) {
        if (!placeholders.includes(name)) {
          const known = placeholders.map((one) => `{${one}}`).join(", ");
          context.addIssue(`${all} stands for nothing here; known are ${known}`);
        }
      }
    });
const name = (...placeholders: readonly string[]) =>
  words(120, ...placeholders).min(1, "must not be empty");

const list = <T extends z.ZodType>(of: T) =>
  z.array(of).refine((all) => new Set(all).size === all.length, "names something twice");

const share = z.number().min(0).max(1, "is a share: 0 to 1");
const Limit = z.strictObject({ atLeast: z.int().min(0), share });
const power = z.int().min(0).max(99, "must be 0 to 99: 100 is the organisation's own");
const reaction = z.enum(["repair", "report"]);
const key = z.string().min(1).max(200);
const serverName = z
  .string()
  .regex(/^[a-z0-9.-]+(?::\d{1,5})?$/, "must be a server's name, such as partner.example");

/** What rooms of every kind have in common. */
const RoomRules = z.strictObject({
  writers: z.enum(["everyone", "leads"]),
  protection: z.enum(PROTECTIONS),
  inviters: z.enum(["everyone", "leads"]),
  record: z.enum(RECORDS),
  historyVisibility: z.enum(["shared", "invited", "joined"]),
});

const Template = z.strictObject({
  /** Names the room's marker and key: never change it, the room would be made anew. */
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/, "must be small letters, digits and -, a letter first"),
  name: name("unit", "short"),
  topic: words(250, "unit", "short"),
  kinds: list(z.enum(UNIT_KINDS)),
  members: list(z.enum(FUNCTIONS)).min(1, "must not be empty"),
  withLeadsBelow: z.boolean(),
  ...RoomRules.shape,
});

const GroupRules = z.strictObject({
  name: name("group"),
  topic: words(250, "group"),
  ...RoomRules.shape,
});

const Role = z.strictObject({ groups: list(key), people: list(key) });

export const PolicyFile = z.strictObject({
  version: z.literal(1),
  source: z.strictObject({
    everySeconds: z.int().min(1).max(86_400),
    timeoutSeconds: z.int().min(1).max(3600),
    wrongEntries: Limit,
  }),
  brake: z.strictObject({ source: Limit, unit: Limit }),
  leavers: z.strictObject({ graceDays: z.int().min(1).max(3650) }),
  drift: z.strictObject({
    name: reaction,
    topic: reaction,
    avatar: reaction,
    power: reaction,
    membership: reaction,
    rules: reaction,
  }),
  roles: z.strictObject({ administrator: Role, auditor: Role }),
  breakGlass: z.strictObject({
    accounts: list(
      z
        .string()
        .regex(
          /^[a-z0-9._=/+-]{1,200}$/,
          "must be a localpart: the part of a Matrix ID before the colon, without @",
        ),
    ),
  }),
  encryption: z.strictObject({
    offen: z.boolean(),
    intern: z.boolean(),
    vertraulich: z.literal(true, "must be true: what is confidential is always encrypted"),
  }),
  power: z.strictObject({
    head: power.min(50, "must be at least 50: somebody has to lead"),
    deputy: power,
    member: power,
    guest: power,
  }),
  standIn: z.enum(["above", "deputies", "nobody"]),
  spaces: z.strictObject({ topic: words(250, "unit", "short") }),
  templates: z.array(Template).superRefine((templates, context) => {
    const ids = templates.map(({ id }) => id);
    for (const [index, id] of ids.entries()) {
      const first = ids.indexOf(id);
      if (first < index)
        context.addIssue({
          code: "custom",
          path: [index, "id"],
          message: `"${id}" is already in templates[${first}]`,
        });
    }
  }),
  groups: z.strictObject({
    ...GroupRules.shape,
    each: z.record(key, GroupRules.partial()),
    withoutRoom: list(key),
  }),
  projects: z.strictObject({
    name: name("project"),
    topic: words(250, "project", "until"),
    // Not vertraulich: we must be in the room to close it on its last day.
    protection: z.enum(
      ["offen", "intern"],
      "must be offen or intern: Klaaf closes the room itself",
    ),
    record: RoomRules.shape.record,
    historyVisibility: RoomRules.shape.historyVisibility,
    ownerPower: power,
    partnerServers: list(serverName),
  }),
});

type Frozen<T> = T extends readonly (infer Element)[]
  ? readonly Frozen<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** What every managed room follows, who steers it and how fast: the file that IT keeps, read. */
export type Policy = Frozen<z.output<typeof PolicyFile>>;
/** A room that units of some kinds get. */
export type RoomTemplate = Policy["templates"][number];
/** What the rooms of units, groups and projects have in common. */
export type RoomRules = Frozen<z.output<typeof RoomRules>>;
/** The rules of one group's room. */
export type GroupRules = Frozen<z.output<typeof GroupRules>>;
/** What can be changed by hand in a managed room. */
export type DriftKind = keyof Policy["drift"];

/** The rules of a group's room, or undefined if it has none. */
export function groupRulesOf(policy: Policy, group: string): GroupRules | undefined {
  const { each, withoutRoom, ...common } = policy.groups;
  if (withoutRoom.includes(group)) return undefined;
  const own = Object.hasOwn(each, group) ? each[group] : undefined;
  return {
    name: own?.name ?? common.name,
    topic: own?.topic ?? common.topic,
    writers: own?.writers ?? common.writers,
    protection: own?.protection ?? common.protection,
    inviters: own?.inviters ?? common.inviters,
    record: own?.record ?? common.record,
    historyVisibility: own?.historyVisibility ?? common.historyVisibility,
  };
}
