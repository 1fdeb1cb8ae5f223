import type { Homeserver } from "../homeserver/index.ts";
import type { Database } from "../storage/index.ts";
import type { Picture } from "./picture.ts";
import { pngOf, SIZE } from "./png.ts";

/** The pictures that the homeserver has; each is drawn and uploaded when it is first asked for. */
export class PictureStore {
  readonly #db: Database;
  readonly #homeserver: Pick<Homeserver, "upload">;
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(options: { readonly db: Database; readonly homeserver: Pick<Homeserver, "upload"> }) {
    this.#db = options.db;
    this.#homeserver = options.homeserver;
  }

  /**
   * The address of a picture in the homeserver's media store, the same for equal pictures. Killed
   * between upload and note it is uploaded once more, and the first one is used by nobody.
   *
   * @throws HomeserverError if it cannot be uploaded
   */
  mxcOf(picture: Picture): Promise<string> {
    const underWay = this.#underWay.get(picture.key);
    if (underWay !== undefined) return underWay;
    const asked = this.#find(picture).finally(() => this.#underWay.delete(picture.key));
    this.#underWay.set(picture.key, asked);
    return asked;
  }

  /** What `m.room.avatar` says of a picture (Matrix 1.11, "m.room.avatar"). */
  async contentOf(picture: Picture): Promise<Readonly<Record<string, unknown>>> {
    return {
      url: await this.mxcOf(picture),
      info: { mimetype: "image/png", w: SIZE, h: SIZE },
    };
  }

  async #find(picture: Picture): Promise<string> {
    const known = await this.#read(picture.key);
    if (known !== undefined) return known;
    const mxc = await this.#homeserver.upload({
      bytes: await pngOf(picture),
      contentType: "image/png",
      filename: "room.png",
    });
    await this.#db
      .insertInto("picture")
      .values({ key: picture.key, mxc })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    // Another copy of the appservice may have been first.
    return (await this.#read(picture.key)) ?? mxc;
  }

  async #read(key: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom("picture")
      .select("mxc")
      .where("key", "=", key)
      .executeTakeFirst();
    return row?.mxc;
  }
}
