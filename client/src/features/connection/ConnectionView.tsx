import { WifiOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Notice } from "../../ui/Notice.tsx";
import { useSnapshot } from "../../view-model/use-view-model.ts";
import type { ConnectionViewModel } from "./ConnectionViewModel.ts";
import styles from "./connection.module.css";

/** A band across the top while there is no connection. */
export function ConnectionView({ viewModel }: { readonly viewModel: ConnectionViewModel }) {
  const { t } = useTranslation();
  const { offlineShown } = useSnapshot(viewModel);
  return (
    <div className={styles["band"]}>
      {offlineShown ? (
        <Notice icon={<WifiOff size="1.125em" />} kind="note">
          {t("connection.offline")}
        </Notice>
      ) : null}
    </div>
  );
}
