import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import type { ButtonProps } from "react-aria-components/Button";
import styles from "./button.module.css";
import { cx } from "./class-names.ts";

type Common = Omit<ButtonProps, "className" | "children" | "style">;

/** A button with words on it. */
export function Button({
  kind = "plain",
  wide = false,
  children,
  ...rest
}: Common & {
  readonly kind?: "main" | "plain" | "danger" | "quiet";
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <AriaButton {...rest} className={cx(styles["button"], styles[kind], wide && styles["wide"])}>
      {children}
    </AriaButton>
  );
}

/** A button that is only a picture; `label` names it. */
export function IconButton({
  label,
  kind = "quiet",
  children,
  ...rest
}: Common & {
  readonly label: string;
  readonly kind?: "main" | "quiet" | "floating";
  readonly children: ReactNode;
}) {
  return (
    <AriaButton {...rest} aria-label={label} className={cx(styles["icon"], styles[kind])}>
      {children}
    </AriaButton>
  );
}
