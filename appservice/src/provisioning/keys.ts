import type { ManagedContent } from "@klaaf/protocol";
import { ownerOf } from "../organisation/index.ts";

// What names a managed room for good. Names of units, groups and projects may change; these do not.
export const spaceKey = (unit: string): string => `space:${unit}`;
export const roomKey = (unit: string, template: string): string => `room:${unit}:${template}`;
export const groupKey = (group: string): string => ownerOf("group", group);
export const projectKey = (project: string): string => ownerOf("project", project);

/**
 * Whose room it is: a unit, or `group:<id>` or `project:<id>`. A unit's id may hold colons, a
 * template's may not.
 */
export function ownerOfKey(key: string): string {
  if (key.startsWith("space:")) return key.slice("space:".length);
  return key.startsWith("room:") ? key.slice("room:".length, key.lastIndexOf(":")) : key;
}

/** The key of the room that a marker marks. */
export function keyOfMarker({ group, project, template, unit }: ManagedContent): string {
  if (group !== undefined) return groupKey(group);
  if (project !== undefined) return projectKey(project);
  const id = unit ?? "";
  return template === undefined ? spaceKey(id) : roomKey(id, template);
}
