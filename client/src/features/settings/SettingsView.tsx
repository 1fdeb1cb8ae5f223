import { ArrowLeft, LogOut, UserPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Brand } from "../../theme/brand.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Button } from "../../ui/Button.tsx";
import { Choice } from "../../ui/Choice.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { LegalLinks } from "../../ui/LegalLinks.tsx";
import { useSnapshot } from "../../view-model/use-view-model.ts";
import styles from "./settings.module.css";
import type { SettingsViewModel } from "./SettingsViewModel.ts";

export function SettingsView({
  viewModel,
  brand,
  listHref,
}: {
  readonly viewModel: SettingsViewModel;
  readonly brand: Brand;
  readonly listHref: string;
}) {
  const { t } = useTranslation();
  const { account, others, preferences, signingOut } = useSnapshot(viewModel);
  return (
    <section aria-label={t("settings.title")} className={styles["settings"]}>
      <header className={styles["head"]}>
        <Link aria-label={t("room.back")} className={styles["back"]} href={listHref}>
          <ArrowLeft aria-hidden="true" size="1.375rem" />
        </Link>
        <h1>{t("settings.title")}</h1>
      </header>
      <div className={styles["body"]}>
        <section aria-labelledby="settings-account" className={styles["part"]}>
          <h2 className={styles["title"]} id="settings-account">
            {t("settings.account")}
          </h2>
          <div className={styles["account"]}>
            <Avatar id={account.id} name={account.name} shape="person" />
            <div className={styles["words"]}>
              <p className={styles["name"]}>{account.name}</p>
              <p className={styles["soft"]}>{brand.organisation}</p>
            </div>
          </div>
          {others.map((other) => (
            <Button key={other.key} kind="quiet" onPress={() => viewModel.goToAccount(other.key)}>
              <Avatar id={other.id} name={other.name} shape="person" size="small" />
              {other.name}
            </Button>
          ))}
          <div className={styles["buttons"]}>
            <Button onPress={() => viewModel.addAccount()}>
              <UserPlus aria-hidden="true" size="1.125rem" />
              {t("settings.anotherAccount")}
            </Button>
            <Button
              isDisabled={signingOut === "running"}
              kind="danger"
              onPress={() => viewModel.askToSignOut()}
            >
              <LogOut aria-hidden="true" size="1.125rem" />
              {signingOut === "running" ? t("settings.signingOut") : t("settings.signOut")}
            </Button>
          </div>
        </section>
        <section className={styles["part"]}>
          <Choice
            label={t("settings.language")}
            onChange={(language) => viewModel.setLanguage(language)}
            options={[
              { value: "de", text: "Deutsch" },
              { value: "en", text: "English" },
            ]}
            value={preferences.language}
          />
        </section>
        <section className={styles["part"]}>
          <Choice
            label={t("settings.theme")}
            note={t("settings.onDevice")}
            onChange={(theme) => viewModel.setTheme(theme)}
            options={[
              { value: "system", text: t("settings.themeSystem") },
              { value: "light", text: t("settings.themeLight") },
              { value: "dark", text: t("settings.themeDark") },
              { value: "contrast", text: t("settings.themeContrast") },
            ]}
            value={preferences.theme}
          />
        </section>
        <LegalLinks legal={brand.legal} />
      </div>
      <ConfirmDialog
        cancel={t("app.cancel")}
        confirm={t("settings.signOut")}
        onCancel={() => viewModel.stay()}
        onConfirm={() => void viewModel.signOut()}
        open={signingOut === "asked"}
        text={t("settings.signOutText", { brand: brand.name })}
        title={t("settings.signOutTitle")}
      />
    </section>
  );
}
