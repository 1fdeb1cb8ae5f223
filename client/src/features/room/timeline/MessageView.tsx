import { Check, CircleAlert, Clock, RotateCw, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { fullTime, timeOfDay } from "../../../i18n/format.ts";
import { Avatar } from "../../../ui/Avatar.tsx";
import { Button } from "../../../ui/Button.tsx";
import { cx } from "../../../ui/class-names.ts";
import { failureText } from "../../../ui/failure-text.ts";
import styles from "./message.module.css";
import type { MessageBody, MessageRow } from "./rows.ts";

/** A bubble: mine right and tinted; others left, with picture and name once a group. */
export function MessageView({
  message,
  onResend,
  onDiscard,
}: {
  readonly message: MessageRow;
  readonly onResend: () => void;
  readonly onDiscard: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { body, first, last, mine, senderId, senderName, sentAt, state } = message;
  const words = useBody(body, senderName);
  const stateWords = {
    sent: t("timeline.sent"),
    waiting: t("timeline.waiting"),
    failed: t("timeline.failed"),
  };
  const spoken = t("timeline.spoken", {
    sender: mine ? t("timeline.you") : senderName,
    text: words,
    time: fullTime(i18n.language, sentAt),
  });
  return (
    <article
      aria-label={mine ? `${spoken}, ${stateWords[state.kind]}` : spoken}
      className={cx(
        styles["message"],
        mine ? styles["mine"] : styles["theirs"],
        first && styles["first"],
        last && styles["last"],
        state.kind === "failed" && styles["failed"],
      )}
      data-stop
      tabIndex={-1}
    >
      {mine ? null : (
        <span className={styles["picture"]}>
          {first ? <Avatar id={senderId} name={senderName} shape="person" size="small" /> : null}
        </span>
      )}
      <div className={styles["column"]}>
        {first && !mine ? <p className={styles["sender"]}>{senderName}</p> : null}
        <div className={styles["bubble"]}>
          <span
            className={cx(
              styles["text"],
              body.kind !== "text" && styles["quiet"],
              body.kind === "text" && body.emote && styles["emote"],
            )}
          >
            {words}
          </span>
          <span className={styles["meta"]}>
            <time dateTime={new Date(sentAt).toISOString()}>
              {timeOfDay(i18n.language, sentAt)}
            </time>
            {mine ? <State kind={state.kind} name={stateWords[state.kind]} /> : null}
          </span>
        </div>
        {state.kind === "failed" ? (
          <div className={styles["trouble"]}>
            <p>
              {t("timeline.failed")}. {failureText(t, i18n.language, state.failure)}
            </p>
            <div className={styles["buttons"]}>
              <Button onPress={onResend}>
                <RotateCw aria-hidden="true" size="1rem" />
                {t("timeline.resend")}
              </Button>
              <Button kind="quiet" onPress={onDiscard}>
                <Trash2 aria-hidden="true" size="1rem" />
                {t("timeline.discard")}
              </Button>
            </div>
          </div>
        ) : null}
      </div>
    </article>
  );
}

const STATES = { sent: Check, waiting: Clock, failed: CircleAlert } as const;

function State({ kind, name }: { readonly kind: keyof typeof STATES; readonly name: string }) {
  const Icon = STATES[kind];
  return (
    <span className={styles["state"]} title={name}>
      <Icon aria-hidden="true" size="0.875rem" />
      <span className="visually-hidden">{name}</span>
    </span>
  );
}

function useBody(body: MessageBody, senderName: string): string {
  const { t } = useTranslation();
  switch (body.kind) {
    case "text":
      return body.emote ? `${senderName} ${body.text}` : body.text;
    case "removed":
      return t("timeline.removed");
    case "other":
      return body.fallback === ""
        ? t("timeline.otherUnknown")
        : t("timeline.other", { fallback: body.fallback });
  }
}
