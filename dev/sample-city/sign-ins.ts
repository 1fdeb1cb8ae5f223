import type { Person } from "../../appservice/src/organisation/index.ts";

export type SignInRole = "employee" | "head" | "teacher" | "admin";

/** Somebody of the sample city who can sign in on a laptop: in it whatever its size and seed. */
export type SignIn = { readonly role: SignInRole; readonly person: Person };

/** Invented people with fixed ids. */
export const signIns: readonly SignIn[] = [
  {
    role: "employee",
    person: {
      id: "7d1f2f0e-52a5-4c0e-9d2e-0f6f0d3b1a01",
      givenName: "Aylin",
      familyName: "Demir",
      mail: "aylin.demir@stadt.example",
      phone: "0221 221-1203",
      room: "12.017",
      memberships: [
        { unit: "amt-12", function: "member", title: "Anwendungsbetreuung" },
        { unit: "abt-122", function: "member", title: "Anwendungsbetreuung" },
      ],
    },
  },
  {
    role: "head",
    person: {
      id: "7d1f2f0e-52a5-4c0e-9d2e-0f6f0d3b1a02",
      givenName: "Thomas",
      familyName: "Schmitz",
      mail: "thomas.schmitz@stadt.example",
      phone: "0221 221-1200",
      room: "12.001",
      memberships: [{ unit: "amt-12", function: "head", title: "Amtsleitung" }],
    },
  },
  {
    role: "teacher",
    person: {
      id: "7d1f2f0e-52a5-4c0e-9d2e-0f6f0d3b1a03",
      givenName: "Katharina",
      familyName: "Becker",
      mail: "katharina.becker@schule.example",
      memberships: [{ unit: "schule-01", function: "member", title: "Lehrkraft" }],
    },
  },
  {
    role: "admin",
    person: {
      id: "7d1f2f0e-52a5-4c0e-9d2e-0f6f0d3b1a04",
      givenName: "Jonas",
      familyName: "Weber",
      mail: "jonas.weber@stadt.example",
      phone: "0221 221-1211",
      room: "12.110",
      memberships: [
        { unit: "amt-12", function: "member", title: "IT-Administration" },
        { unit: "abt-121", function: "head", title: "Abteilungsleitung" },
      ],
    },
  },
  {
    role: "admin",
    person: {
      id: "7d1f2f0e-52a5-4c0e-9d2e-0f6f0d3b1a05",
      givenName: "Marie",
      familyName: "Hoffmann",
      mail: "marie.hoffmann@stadt.example",
      phone: "0221 221-1212",
      room: "12.111",
      memberships: [
        { unit: "amt-12", function: "member", title: "IT-Administration" },
        { unit: "abt-121", function: "deputy", title: "Stellvertretende Abteilungsleitung" },
      ],
    },
  },
];
