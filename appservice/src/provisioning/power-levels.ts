/** Who may write messages in a room; the others read, and react where anybody writes. */
export type Writers = "everyone" | "leads" | "nobody";

/** From this level on one leads: writes where only leads write, pins, hides what others wrote. */
export const LEAD = 50;
const ORGANISATION = 100;

type Powers = ReadonlyMap<string, number>;

/** State that only the organisation writes, whoever leads. */
const RULED = [
  "m.room.name",
  "m.room.avatar",
  "m.room.topic",
  "m.room.canonical_alias",
  "m.room.history_visibility",
  "m.room.power_levels",
  "m.room.encryption",
  "m.room.server_acl",
];

/** What the members of a confidential room rule themselves, since we are not in it. */
const THEIRS = ["m.room.name", "m.room.avatar", "m.room.topic", "m.room.power_levels"];

/**
 * Power in a managed room. The provisioning account is its creator and stands above all levels
 * (room version 12), so it must not be named here. Name, members and rules are the organisation's:
 * nobody else may change them.
 */
export function powerLevels(writers: Writers, powers: Powers): Readonly<Record<string, unknown>> {
  const isOver = writers === "nobody";
  return levels(writers, powers, {
    users: ORGANISATION,
    rules: Object.fromEntries(RULED.map((type) => [type, ORGANISATION])),
    reactions: isOver ? ORGANISATION : 0,
    invite: ORGANISATION,
  });
}

/**
 * Power in a confidential room, which we leave: its members let others in, and those who lead pass
 * power on. What keeps it confidential (encryption, class, history, who may enter) nobody can change.
 *
 * @param inviters who may let others in; where nobody leads, everybody
 */
export function confidentialPowerLevels(
  writers: Writers,
  powers: Powers,
  inviters: "everyone" | "leads",
): Readonly<Record<string, unknown>> {
  const somebodyLeads = [...powers.values()].some((power) => power >= LEAD);
  return levels(somebodyLeads ? writers : "everyone", powers, {
    users: LEAD,
    rules: Object.fromEntries(
      RULED.map((type) => [type, THEIRS.includes(type) ? LEAD : ORGANISATION]),
    ),
    reactions: 0,
    invite: inviters === "leads" && somebodyLeads ? LEAD : 0,
  });
}

function levels(
  writers: Writers,
  powers: Powers,
  need: {
    /** To take people out. */
    readonly users: number;
    readonly rules: Readonly<Record<string, number>>;
    readonly reactions: number;
    readonly invite: number;
  },
): Readonly<Record<string, unknown>> {
  return {
    users: Object.fromEntries([...powers].filter(([, power]) => power > 0)),
    users_default: 0,
    events_default: writers === "nobody" ? ORGANISATION : writers === "leads" ? LEAD : 0,
    state_default: ORGANISATION,
    invite: need.invite,
    kick: need.users,
    ban: need.users,
    redact: LEAD,
    notifications: { room: LEAD },
    events: {
      ...need.rules,
      "m.room.tombstone": 150,
      "m.room.pinned_events": LEAD,
      "m.reaction": need.reactions,
      "m.room.redaction": 0,
    },
  };
}
