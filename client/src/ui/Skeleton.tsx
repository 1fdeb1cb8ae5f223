import { cx } from "./class-names.ts";
import styles from "./skeleton.module.css";

/** Rows shaped like the rooms that come. `label` says in words that they do. */
export function RoomSkeletons({ label }: { readonly label: string }) {
  return (
    <div aria-busy="true" className={styles["rooms"]}>
      <p className="visually-hidden">{label}</p>
      {Array.from({ length: 7 }, (_, nth) => (
        <div aria-hidden="true" className={styles["room"]} key={nth}>
          <span className={styles["mark"]} />
          <span className={styles["lines"]}>
            <span className={cx(styles["line"], nth % 2 === 0 ? styles["half"] : styles["most"])} />
            <span className={cx(styles["line"], nth % 3 === 0 ? styles["most"] : styles["full"])} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** Bubbles shaped like the messages that come. */
export function MessageSkeletons({ label }: { readonly label: string }) {
  return (
    <div aria-busy="true" className={styles["messages"]}>
      <p className="visually-hidden">{label}</p>
      {["most", "half", "mine", "full", "mine", "half"].map((width, nth) => (
        <span aria-hidden="true" className={cx(styles["bubble"], styles[width])} key={nth} />
      ))}
    </div>
  );
}
