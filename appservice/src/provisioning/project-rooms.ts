import { markOf } from "../organisation/index.ts";
import type { Project } from "../organisation/index.ts";
import type { Policy } from "../policy/index.ts";
import type { DesiredNote, DesiredRoom } from "./desired-room.ts";
import { projectKey } from "./keys.ts";
import { powerLevels } from "./power-levels.ts";
import { fill, marker, plain, roomState } from "./room-parts.ts";

export type ProjectSurroundings = {
  readonly userIdOf: (sourceId: string) => string;
  /** Our homeserver's name. */
  readonly serverName: string;
  /** ISO date. */
  readonly today: string;
};

/**
 * The room of a project, unless nobody is in it. After its last day nobody writes in it any more, and
 * its partners are out. Open to federation only where partners are let in, and to their servers alone.
 */
export function roomOfProject(
  project: Project,
  policy: Policy,
  { serverName, today, userIdOf }: ProjectSurroundings,
  additionalCreators: readonly string[],
): { readonly rooms: readonly DesiredRoom[]; readonly notes: readonly DesiredNote[] } {
  const { id, members, name, owner, partners, until } = project;
  const rules = policy.projects;
  const key = projectKey(id);
  const people = new Set([...(owner === undefined ? [] : [owner]), ...members]);
  if (people.size === 0) return { rooms: [], notes: [] };
  const isOver = today > until;
  const isAllowed = ({ server }: { readonly server: string }) =>
    server !== serverName && rules.partnerServers.includes(server);
  const allowed = partners.filter(isAllowed);
  const refused = partners.filter((partner) => !isAllowed(partner)).map(({ server }) => server);
  const mark = markOf({ ...project, number: undefined });
  const words = { project: name, until: until.split("-").toReversed().join(".") };
  const room: DesiredRoom = {
    key,
    isSpace: false,
    owner: key,
    name: fill(rules.name, words),
    topic: project.topic ?? fill(rules.topic, words),
    picture: { mark, of: key },
    powerLevels: powerLevels(
      isOver ? "nobody" : "everyone",
      new Map(owner === undefined || isOver ? [] : [[userIdOf(owner), rules.ownerPower]]),
    ),
    state: [
      ...roomState(rules, policy, { marker: marker({ kind: "room", project: id, mark }) }),
      ...(allowed.length === 0
        ? []
        : [serverAcl([serverName, ...(isOver ? [] : allowed.map(({ server }) => server))])]),
    ],
    additionalCreators,
    federated: allowed.length > 0,
    entry: "managed",
    members: [...people].map(userIdOf),
    invited: isOver ? [] : allowed.flatMap((partner) => partner.people),
  };
  const note = (rule: DesiredNote["rule"], of: readonly string[]): DesiredNote => ({
    rule,
    owner: key,
    of,
  });
  return {
    rooms: [room],
    notes: [
      ...(isOver ? [note("project-is-over", [])] : []),
      ...(owner === undefined ? [note("project-has-no-owner", [])] : []),
      ...(refused.length === 0 ? [] : [note("partner-not-allowed", refused)]),
    ],
  };
}

const serverAcl = (allow: readonly string[]) =>
  plain("m.room.server_acl", { allow, deny: [], allow_ip_literals: false });
