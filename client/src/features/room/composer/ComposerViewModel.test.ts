import { describe, expect, it } from "vitest";
import type { Failure, Result } from "../../../matrix/door.ts";
import { ComposerViewModel } from "./ComposerViewModel.ts";
import { Drafts } from "./drafts.ts";

function set(failure?: Failure) {
  const sent: string[] = [];
  const drafts = new Drafts();
  const open = (roomId: string) =>
    new ComposerViewModel({
      engine: {
        sendText(room, text): Promise<Result<void>> {
          if (failure !== undefined) return Promise.resolve({ ok: false, failure });
          sent.push(`${room} ${text}`);
          return Promise.resolve({ ok: true, value: undefined });
        },
      },
      roomId,
      drafts,
    });
  return { open, sent };
}

describe("writing", () => {
  it("sends the text without its outer blanks, and frees the line at once", async () => {
    const { open, sent } = set();
    const composer = open("!a");
    composer.setText("  Guten Morgen\nzusammen ");
    const done = composer.send();
    expect(composer.getSnapshot()).toMatchObject({ text: "", canSend: false });
    await done;
    expect(sent).toEqual(["!a Guten Morgen\nzusammen"]);
  });

  it("sends nothing where nothing is written", async () => {
    const { open, sent } = set();
    const composer = open("!a");
    composer.setText(" \n ");
    expect(composer.getSnapshot().canSend).toBe(false);
    await composer.send();
    expect(sent).toEqual([]);
  });

  it("keeps what is begun for each room", () => {
    const { open } = set();
    open("!a").setText("für a");
    expect(open("!b").getSnapshot().text).toBe("");
    expect(open("!a").getSnapshot()).toMatchObject({ text: "für a", canSend: true });
  });

  it("is not possible where the person may not write", async () => {
    const { open, sent } = set();
    const composer = open("!a");
    composer.setText("Hallo");
    composer.setCanWrite(false);
    expect(composer.getSnapshot()).toMatchObject({ canWrite: false, canSend: false });
    await composer.send();
    expect(sent).toEqual([]);
  });

  it("gives the text back where it could not be queued", async () => {
    const { open } = set({ code: "too-large", retry: "never" });
    const composer = open("!a");
    composer.setText("zu lang");
    await composer.send();
    expect(composer.getSnapshot()).toMatchObject({
      text: "zu lang",
      failure: { code: "too-large" },
    });
    composer.setText("kürzer");
    expect(composer.getSnapshot().failure).toBeUndefined();
  });
});
