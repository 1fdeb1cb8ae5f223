import { describe, expect, it } from "vitest";
import type { Account, Failure, Result, SignInInput } from "../../matrix/door.ts";
import { SignInViewModel } from "./SignInViewModel.ts";

const nina: Account = { key: "nina", userId: "@x1:stadt.example", displayName: "Nina Fischer" };

function set(failures: readonly Failure[] = []) {
  const left = [...failures];
  const asked: SignInInput[] = [];
  const visited: string[] = [];
  const viewModel = new SignInViewModel({
    matrix: {
      signIn(input): Promise<Result<Account>> {
        asked.push(input);
        const failure = left.shift();
        return Promise.resolve(
          failure === undefined ? { ok: true, value: nina } : { ok: false, failure },
        );
      },
    },
    navigation: { toAccount: (account) => visited.push(account) },
    reason: "first",
    deviceName: () => "Klaaf im Browser",
  });
  return { viewModel, asked, visited };
}

describe("signing in", () => {
  it("hands over mail, password and device, goes to the account and forgets the password", async () => {
    const { viewModel, asked, visited } = set();
    viewModel.setMail(" nina@stadt.example ");
    viewModel.setPassword(" geheim ");
    const done = viewModel.submit();
    expect(viewModel.getSnapshot().busy).toBe(true);
    await done;
    expect(asked).toEqual([
      { mail: "nina@stadt.example", password: " geheim ", deviceName: "Klaaf im Browser" },
    ]);
    expect(visited).toEqual(["nina"]);
    expect(viewModel.getSnapshot()).toMatchObject({ busy: false, password: "" });
  });

  it("says what is missing without asking the server, until it is typed", async () => {
    const { viewModel, asked } = set();
    await viewModel.submit();
    expect(viewModel.getSnapshot()).toMatchObject({
      mailProblem: "missing",
      passwordProblem: "missing",
    });
    viewModel.setMail("nina");
    expect(viewModel.getSnapshot().mailProblem).toBeUndefined();
    await viewModel.submit();
    expect(viewModel.getSnapshot().mailProblem).toBe("wrong");
    expect(asked).toEqual([]);
  });

  it("asks once where somebody presses twice", async () => {
    const { viewModel, asked } = set();
    viewModel.setMail("nina@stadt.example");
    viewModel.setPassword("geheim");
    await Promise.all([viewModel.submit(), viewModel.submit()]);
    expect(asked).toHaveLength(1);
  });

  it("shows why it failed, keeps what was typed, and lets try again", async () => {
    const { viewModel, visited } = set([{ code: "wrong-password", retry: "never" }]);
    viewModel.setMail("nina@stadt.example");
    viewModel.setPassword("falsch");
    await viewModel.submit();
    expect(viewModel.getSnapshot()).toMatchObject({
      busy: false,
      password: "falsch",
      failure: { code: "wrong-password" },
    });
    expect(visited).toEqual([]);
    await viewModel.submit();
    expect(visited).toEqual(["nina"]);
    expect(viewModel.getSnapshot().failure).toBeUndefined();
  });
});
