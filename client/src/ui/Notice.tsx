import type { ReactNode } from "react";
import { cx } from "./class-names.ts";
import styles from "./notice.module.css";

/** A sentence across the pane: something to know (`note`), or what is wrong (`problem`, read out at once). */
export function Notice({
  kind,
  icon,
  children,
}: {
  readonly kind: "note" | "problem";
  readonly icon: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className={cx(styles["notice"], styles[kind])} role={kind === "note" ? "status" : "alert"}>
      <span aria-hidden="true" className={styles["icon"]}>
        {icon}
      </span>
      <span>{children}</span>
    </div>
  );
}
