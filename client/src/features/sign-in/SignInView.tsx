import { CircleAlert, Eye, EyeOff, Info } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Brand } from "../../theme/brand.ts";
import { IconButton, Button } from "../../ui/Button.tsx";
import { failureText } from "../../ui/failure-text.ts";
import { LegalLinks } from "../../ui/LegalLinks.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { useSnapshot } from "../../view-model/use-view-model.ts";
import styles from "./sign-in.module.css";
import { SignInPicture } from "./SignInPicture.tsx";
import type { SignInViewModel } from "./SignInViewModel.ts";

export function SignInView({
  viewModel,
  brand,
}: {
  readonly viewModel: SignInViewModel;
  readonly brand: Brand;
}) {
  const { t, i18n } = useTranslation();
  const { reason, mail, password, passwordShown, busy, failure, ...snapshot } =
    useSnapshot(viewModel);
  const mailProblems = { missing: t("signIn.mailMissing"), wrong: t("signIn.mailWrong") };
  const reasons = {
    first: undefined,
    "signed-out": t("signIn.signedOut"),
    "session-ended": t("signIn.sessionEnded"),
    "another-account": t("signIn.anotherAccount"),
  };
  return (
    <div className={styles["page"]}>
      <SignInPicture text={t("signIn.claimText")} title={t("signIn.claim")} />
      <main className={styles["side"]}>
        <form
          className={styles["form"]}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void viewModel.submit();
          }}
        >
          <div className={styles["brand"]}>
            <img alt="" className={styles["mark"]} height="48" src={brand.mark} width="48" />
            <div>
              <p className={styles["name"]}>{brand.name}</p>
              <p className={styles["organisation"]}>{brand.organisation}</p>
            </div>
          </div>
          <div>
            <h1 className={styles["title"]}>{t("signIn.title")}</h1>
            <p className={styles["lead"]}>{t("signIn.lead")}</p>
          </div>
          {reasons[reason] === undefined || failure !== undefined ? null : (
            <Notice icon={<Info size="1.125em" />} kind="note">
              {reasons[reason]}
            </Notice>
          )}
          <TextField
            autoComplete="username"
            focused
            label={t("signIn.mail")}
            name="mail"
            onChange={(value) => viewModel.setMail(value)}
            problem={snapshot.mailProblem && mailProblems[snapshot.mailProblem]}
            type="email"
            value={mail}
          />
          <TextField
            autoComplete="current-password"
            end={
              <IconButton
                aria-pressed={passwordShown}
                label={passwordShown ? t("signIn.hidePassword") : t("signIn.showPassword")}
                onPress={() => viewModel.showPassword(!passwordShown)}
              >
                {passwordShown ? <EyeOff size="1.25em" /> : <Eye size="1.25em" />}
              </IconButton>
            }
            label={t("signIn.password")}
            name="password"
            onChange={(value) => viewModel.setPassword(value)}
            problem={snapshot.passwordProblem && t("signIn.passwordMissing")}
            type={passwordShown ? "text" : "password"}
            value={password}
          />
          {failure === undefined ? null : (
            <Notice icon={<CircleAlert size="1.125em" />} kind="problem">
              {failureText(t, i18n.language, failure)}
            </Notice>
          )}
          <Button isPending={busy} kind="main" type="submit" wide>
            {busy ? t("signIn.busy") : t("signIn.submit")}
          </Button>
          {reason === "another-account" ? (
            <Link className={styles["backToChats"]} href="/">
              {t("signIn.backToChats")}
            </Link>
          ) : null}
        </form>
        <footer className={styles["foot"]}>
          <LegalLinks legal={brand.legal} />
        </footer>
      </main>
    </div>
  );
}
