import { Label } from "react-aria-components/Label";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import { Text } from "react-aria-components/Text";
import styles from "./choice.module.css";

/** One of a few, all in sight. */
export function Choice<Value extends string>({
  label,
  note,
  options,
  value,
  onChange,
}: {
  readonly label: string;
  readonly note?: string;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  return (
    <RadioGroup
      className={styles["choice"] ?? ""}
      onChange={(chosen) => {
        const option = options.find((one) => one.value === chosen);
        if (option !== undefined) onChange(option.value);
      }}
      value={value}
    >
      <Label className={styles["label"] ?? ""}>{label}</Label>
      <div className={styles["options"]}>
        {options.map((option) => (
          <Radio className={styles["option"] ?? ""} key={option.value} value={option.value}>
            <span aria-hidden="true" className={styles["dot"]} />
            {option.text}
          </Radio>
        ))}
      </div>
      {note === undefined ? null : (
        <Text className={styles["note"] ?? ""} slot="description">
          {note}
        </Text>
      )}
    </RadioGroup>
  );
}
