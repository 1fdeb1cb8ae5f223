import { desiredState } from "../../appservice/src/provisioning/desired.ts";
import type { DesiredRoom } from "../../appservice/src/provisioning/desired.ts";
import { isBirthState } from "../../appservice/src/provisioning/pieces.ts";
import { DEFAULT_POLICY_FILE, readPolicy } from "../../appservice/src/policy/policy-file.ts";
import { resolvePiece } from "../../appservice/src/provisioning/resolve.ts";
import type { Organisation } from "../../appservice/src/organisation/index.ts";

export type Target = { readonly url: string; readonly token: string; readonly serverName: string };

/** How people come into rooms: each by an invitation, or through the space where its rule lets them. */
export type Way = "invite + join" | "restricted join";

const client = (...path: readonly string[]) => ["_matrix", "client", "v3", ...path];

/**
 * The plainest program that makes an organisation's rooms through Synapse's API: no store, no plan, no
 * second thoughts; it cannot be run twice. What an engine can be measured against.
 *
 * @returns how many requests it made
 */
export async function makePlainly(
  target: Target,
  organisation: Organisation,
  way: Way,
  width: number,
): Promise<number> {
  let requests = 0;
  const call = async (
    method: string,
    path: readonly string[],
    body?: unknown,
    as?: string,
  ): Promise<Readonly<Record<string, unknown>>> => {
    requests += 1;
    const address = `${target.url}/${path.map(encodeURIComponent).join("/")}${as === undefined ? "" : `?user_id=${encodeURIComponent(as)}`}`;
    const answer = await fetch(address, {
      method,
      headers: { authorization: `Bearer ${target.token}`, "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    if (!answer.ok)
      throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`);
    const json: unknown = await answer.json();
    return typeof json === "object" && json !== null ? { ...json } : {};
  };

  const userIdOf = (sourceId: string) =>
    `@raw-${sourceId.toLowerCase().replaceAll(/[^a-z0-9]/g, "-")}:${target.serverName}`;
  const { accounts, rooms } = desiredState(organisation, readPolicy(DEFAULT_POLICY_FILE).policy, {
    userIdOf,
    serverName: target.serverName,
    today: "2026-11-24",
  });
  await each(width, accounts, ({ userId, displayName, mail }) =>
    call("PUT", ["_synapse", "admin", "v2", "users", userId], {
      displayname: displayName,
      avatar_url: `mxc://${target.serverName}/no-picture`,
      threepids: [{ medium: "email", address: mail }],
    }),
  );

  const ids = new Map<string, string>();
  const resolved = (piece: DesiredRoom["state"][number]) => {
    const { type, stateKey, content } = resolvePiece(
      piece,
      (key) => ids.get(key),
      target.serverName,
    );
    return { type, state_key: stateKey, content };
  };
  const create = async (room: DesiredRoom) => {
    const answer = await call("POST", client("createRoom"), {
      preset: "private_chat",
      name: room.name,
      ...(room.topic === "" ? {} : { topic: room.topic }),
      creation_content: { "m.federate": false, ...(room.isSpace ? { type: "m.space" } : {}) },
      power_level_content_override: room.powerLevels,
      initial_state: room.state.filter(isBirthState).map(resolved),
    });
    ids.set(room.key, String(answer["room_id"]));
  };
  // Each after those whose id it names, level by level.
  let left = rooms;
  while (left.length > 0) {
    const ready = left.filter((room) =>
      room.state.filter(isBirthState).every((piece) => !("space" in piece) || ids.has(piece.space)),
    );
    await each(width, ready, create);
    left = left.filter(({ key }) => !ids.has(key));
  }
  const idOf = (room: DesiredRoom) => ids.get(room.key) ?? "";
  const links = rooms.flatMap((room) =>
    room.state.filter((piece) => piece.kind === "child").map((piece) => ({ room, piece })),
  );
  await each(width, links, ({ room, piece }) => {
    const { type, state_key: stateKey, content } = resolved(piece);
    return call("PUT", client("rooms", idOf(room), "state", type, stateKey), content);
  });

  const enter = async (room: DesiredRoom, userId: string, invited: boolean) => {
    if (invited) await call("POST", client("rooms", idOf(room), "invite"), { user_id: userId });
    await call("POST", client("rooms", idOf(room), "join"), {}, userId);
  };
  const isOpen = (room: DesiredRoom) =>
    way === "restricted join" && room.state.some(({ kind }) => kind === "join-through");
  // Spaces first: they let their members into the rooms.
  for (const spaces of [true, false]) {
    const places = rooms
      .filter(({ isSpace }) => isSpace === spaces)
      .flatMap((room) => room.members.map((userId) => ({ room, userId })));
    await each(width, places, ({ room, userId }) => enter(room, userId, !isOpen(room)));
  }
  return requests;
}

/** Carries out work, some at once. */
async function each<T>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
