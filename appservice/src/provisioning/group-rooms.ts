import { markOf } from "../organisation/index.ts";
import type { Group } from "../organisation/index.ts";
import { groupRulesOf } from "../policy/index.ts";
import type { Policy } from "../policy/index.ts";
import type { DesiredRoom } from "./desired-room.ts";
import { groupKey } from "./keys.ts";
import { confidentialPowerLevels, powerLevels } from "./power-levels.ts";
import { entryOf, fill, isConfidential, marker, roomState } from "./room-parts.ts";

/** The room of a group, unless policy gives it none or nobody is in it. */
export function roomOfGroup(
  group: Group,
  policy: Policy,
  userIdOf: (sourceId: string) => string,
  additionalCreators: readonly string[],
): readonly DesiredRoom[] {
  const rules = groupRulesOf(policy, group.id);
  const { id, lead, name } = group;
  const people = new Set([...(lead === undefined ? [] : [lead]), ...group.members]);
  if (rules === undefined || people.size === 0) return [];
  const powers = new Map(lead === undefined ? [] : [[userIdOf(lead), policy.power.head]]);
  // Where nobody leads, everybody writes.
  const writers = lead === undefined ? "everyone" : rules.writers;
  const mark = markOf({ ...group, number: undefined });
  return [
    {
      key: groupKey(id),
      isSpace: false,
      owner: groupKey(id),
      name: fill(rules.name, { group: name }),
      topic: fill(rules.topic, { group: name }),
      picture: { mark, of: groupKey(id) },
      powerLevels: isConfidential(rules)
        ? confidentialPowerLevels(writers, powers, rules.inviters)
        : powerLevels(writers, powers),
      state: roomState(rules, policy, { marker: marker({ kind: "room", group: id, mark }) }),
      additionalCreators,
      federated: false,
      entry: entryOf(rules),
      members: [...people].map(userIdOf),
      invited: [],
    },
  ];
}
