import type { ReactNode } from "react";
import styles from "./empty-state.module.css";

/** Where there is nothing yet: a picture, a sentence, and the one thing to do. */
export function EmptyState({
  icon,
  title,
  text,
  action,
  headingLevel = "h2",
}: {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly action?: ReactNode;
  readonly headingLevel?: "h1" | "h2";
}) {
  const Heading = headingLevel;
  return (
    <div className={styles["empty"]}>
      {icon === undefined ? null : (
        <span aria-hidden="true" className={styles["icon"]}>
          {icon}
        </span>
      )}
      <Heading className={styles["title"]}>{title}</Heading>
      <p className={styles["text"]}>{text}</p>
      {action}
    </div>
  );
}
