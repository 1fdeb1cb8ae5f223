import styles from "./badge.module.css";

const MOST = 99;

/** A count of what is unread; `label` says it in words. */
export function Badge({
  count,
  label,
  mention = false,
}: {
  readonly count: number;
  readonly label: string;
  readonly mention?: boolean;
}) {
  if (count <= 0) return null;
  return (
    <span className={styles["badge"]}>
      <span aria-hidden="true">
        {mention ? "@\u2009" : ""}
        {count > MOST ? `${MOST}+` : count}
      </span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
