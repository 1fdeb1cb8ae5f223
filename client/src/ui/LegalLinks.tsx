import { useTranslation } from "react-i18next";
import type { Brand } from "../theme/brand.ts";
import styles from "./legal-links.module.css";

/** The pages the law asks for, as far as the brand file names them. */
export function LegalLinks({ legal }: { readonly legal: Brand["legal"] }) {
  const { t } = useTranslation();
  const links = [
    [legal.imprint, t("app.imprint")],
    [legal.privacy, t("app.privacy")],
    [legal.accessibility, t("app.accessibility")],
  ] as const;
  if (links.every(([href]) => href === undefined)) return null;
  return (
    <nav aria-label={t("app.legal")} className={styles["links"]}>
      {links.map(([href, text]) =>
        href === undefined ? null : (
          <a href={href} key={text} rel="noreferrer" target="_blank">
            {text}
          </a>
        ),
      )}
    </nav>
  );
}
