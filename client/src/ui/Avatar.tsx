import styles from "./avatar.module.css";
import { cx } from "./class-names.ts";
import { markOf, toneOf } from "./tone.ts";

/** The mark of a person (round) or of a room or unit (square) on a tone made from its id. Decoration: the name stands beside it. */
export function Avatar({
  id,
  name,
  shape,
  size = "large",
}: {
  readonly id: string;
  readonly name: string;
  readonly shape: "person" | "place";
  readonly size?: "small" | "medium" | "large";
}) {
  const mark = markOf(name);
  return (
    <span
      aria-hidden="true"
      className={cx(
        styles["avatar"],
        styles[shape],
        styles[size],
        mark.length > 2 && styles["long"],
      )}
      data-tone={toneOf(id)}
    >
      {mark}
    </span>
  );
}
