import type { ReactNode } from "react";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { TextField as AriaTextField } from "react-aria-components/TextField";
import styles from "./text-field.module.css";

/** A labelled line to type in, with what is wrong below it in words. */
export function TextField({
  label,
  value,
  onChange,
  type = "text",
  name,
  autoComplete,
  focused = false,
  problem,
  disabled = false,
  end,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "text" | "email" | "password";
  readonly name: string;
  readonly autoComplete: string;
  /** Whether it takes the focus when it appears. */
  readonly focused?: boolean;
  readonly problem: string | undefined;
  readonly disabled?: boolean;
  /** Stands inside the field's end, such as a button that shows the password. */
  readonly end?: ReactNode;
}) {
  return (
    <AriaTextField
      autoComplete={autoComplete}
      // The only thing to do on its page.
      // oxlint-disable-next-line jsx-a11y/no-autofocus
      autoFocus={focused}
      className={styles["field"] ?? ""}
      isDisabled={disabled}
      isInvalid={problem !== undefined}
      name={name}
      onChange={onChange}
      type={type}
      validationBehavior="aria"
      value={value}
    >
      <Label className={styles["label"] ?? ""}>{label}</Label>
      <span className={styles["box"]}>
        <Input autoCapitalize="none" className={styles["input"] ?? ""} spellCheck={false} />
        {end}
      </span>
      <FieldError className={styles["problem"] ?? ""}>{problem}</FieldError>
    </AriaTextField>
  );
}
