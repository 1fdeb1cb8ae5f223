// The appservice with one more capability: it counts what it is asked, and answers. For the soak of
// exactly-once delivery; everything else is wired as in the appservice's own program.
import { sql } from "kysely";
import type { Capability } from "../../appservice/src/delivery.ts";
import { runAppservice } from "../../appservice/src/start.ts";
import { ANSWER, QUESTION } from "./types.ts";

const counting: Capability = async ({ store, outbox, homeserver }) => {
  await sql`create table if not exists soak_effect (
    number integer primary key,
    times integer not null,
    at timestamptz not null default clock_timestamp()
  )`.execute(store.db);
  return {
    name: "soak",
    types: [QUESTION],
    keep: ({ content }) => ({ number: content?.["number"], quiet: content?.["quiet"] }),
    async handle({ roomId, kept }, trx) {
      const number = Number(kept["number"]);
      await sql`insert into soak_effect (number, times) values (${number}, 1)
        on conflict (number) do update set times = soak_effect.times + 1`.execute(trx);
      if (kept["quiet"] === true) return;
      await outbox.enqueue(trx, {
        roomId,
        type: ANSWER,
        content: { number },
        sender: homeserver.provisioningUser,
      });
    },
  };
};

await runAppservice([counting]);
