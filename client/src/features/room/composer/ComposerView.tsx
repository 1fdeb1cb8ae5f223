import { CircleAlert, Lock, SendHorizontal } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../ui/Button.tsx";
import { failureText } from "../../../ui/failure-text.ts";
import { Notice } from "../../../ui/Notice.tsx";
import { useSnapshot } from "../../../view-model/use-view-model.ts";
import styles from "./composer.module.css";
import type { ComposerViewModel } from "./ComposerViewModel.ts";

/** One calm line that grows; or why there is none. */
export function ComposerView({
  viewModel,
  name,
}: {
  readonly viewModel: ComposerViewModel;
  readonly name: string;
}) {
  const { t } = useTranslation();
  const { canWrite } = useSnapshot(viewModel);
  if (canWrite) return <Line name={name} viewModel={viewModel} />;
  return (
    <p className={styles["readOnly"]}>
      <Lock aria-hidden="true" size="1rem" />
      {t("composer.readOnly")}
    </p>
  );
}

/** Enter sends, Shift+Enter begins a line. */
function Line({
  viewModel,
  name,
}: {
  readonly viewModel: ComposerViewModel;
  readonly name: string;
}) {
  const { t, i18n } = useTranslation();
  const { canSend, failure, text } = useSnapshot(viewModel);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);
  const send = () => {
    void viewModel.send();
    field.current?.focus();
  };
  return (
    <form
      className={styles["composer"]}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {failure === undefined ? null : (
        <Notice icon={<CircleAlert size="1.125em" />} kind="problem">
          {failureText(t, i18n.language, failure)}
        </Notice>
      )}
      <div className={styles["line"]}>
        {/* The invisible twin makes the field as high as its text. */}
        <div className={styles["grow"]}>
          <span aria-hidden="true" className={styles["twin"]}>
            {`${text}\u200B`}
          </span>
          <textarea
            aria-label={t("composer.label", { name })}
            className={styles["field"]}
            enterKeyHint="send"
            onChange={(event) => viewModel.setText(event.target.value)}
            onKeyDown={(event) => {
              // Enter that ends the choice of a composed character is not meant to send.
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              send();
            }}
            placeholder={t("composer.placeholder")}
            ref={field}
            rows={1}
            value={text}
          />
        </div>
        <IconButton
          isDisabled={!canSend}
          kind={canSend ? "main" : "quiet"}
          label={t("composer.send")}
          type="submit"
        >
          <SendHorizontal aria-hidden="true" size="1.25rem" />
        </IconButton>
      </div>
    </form>
  );
}
