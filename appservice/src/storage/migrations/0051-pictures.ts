import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const pictures: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table picture (key text primary key, mxc text not null)`.execute(db);
  },
};
