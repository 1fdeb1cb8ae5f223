import { memo } from "react";
import { useTranslation } from "react-i18next";
import { daysAgo, listOf, longDay, timeOfDay } from "../../../i18n/format.ts";
import { useSnapshot } from "../../../view-model/use-view-model.ts";
import { MessageView } from "./MessageView.tsx";
import type { ChangeRow, TimelineRow } from "./rows.ts";
import type { RowViewModel } from "./RowViewModel.ts";
import styles from "./row.module.css";
import type { TimelineViewModel } from "./TimelineViewModel.ts";

/** One row of the conversation, drawn anew only when it itself changed. */
export const RowView = memo(function RowOfConversation({
  row: rowModel,
  viewModel,
}: {
  readonly row: RowViewModel;
  readonly viewModel: TimelineViewModel;
}) {
  const row = useSnapshot(rowModel);
  switch (row.kind) {
    case "day":
      return <Day row={row} />;
    case "new":
      return <New row={row} />;
    case "change":
      return <Change change={row.change} />;
    case "message":
      return (
        <MessageView
          message={row}
          onDiscard={() => void viewModel.discard(row.key)}
          onResend={() => void viewModel.resend(row.key)}
        />
      );
  }
});

function Day({ row }: { readonly row: Extract<TimelineRow, { kind: "day" }> }) {
  const { t, i18n } = useTranslation();
  const days = daysAgo(row.at, row.today);
  const words = () => {
    if (days <= 0) return t("timeline.today");
    return days === 1 ? t("timeline.yesterday") : longDay(i18n.language, row.at, row.today);
  };
  return (
    <div className={styles["day"]}>
      <span>{words()}</span>
    </div>
  );
}

function New({ row }: { readonly row: Extract<TimelineRow, { kind: "new" }> }) {
  const { t, i18n } = useTranslation();
  const time = timeOfDay(i18n.language, row.since);
  const days = daysAgo(row.since, row.today);
  const words = () => {
    if (days <= 0) return t("timeline.newSince", { time });
    if (days === 1) return t("timeline.newSinceYesterday", { time });
    return t("timeline.newSinceDay", { day: longDay(i18n.language, row.since, row.today), time });
  };
  return (
    <div className={styles["new"]} data-new>
      <span>{words()}</span>
    </div>
  );
}

const MOST_NAMES = 3;

function Change({ change }: { readonly change: ChangeRow["change"] }) {
  return (
    <div className={styles["change"]}>
      <ChangeWords change={change} />
    </div>
  );
}

function ChangeWords({ change }: { readonly change: ChangeRow["change"] }) {
  const { t, i18n } = useTranslation();
  if (!("who" in change)) {
    switch (change.what) {
      case "created":
        return t("timeline.changeCreated");
      case "renamed":
        return t("timeline.changeRenamed", { name: change.name });
      case "topic":
        return change.topic === ""
          ? t("timeline.changeTopicRemoved")
          : t("timeline.changeTopic", { topic: change.topic });
    }
  }
  const { who } = change;
  const count = who.length;
  const shown = count <= MOST_NAMES + 1 ? who : who.slice(0, MOST_NAMES);
  const rest = count - shown.length;
  const names = listOf(
    i18n.language,
    rest === 0 ? shown : [...shown, t("timeline.others", { count: rest })],
  );
  switch (change.what) {
    case "joined":
      return t("timeline.changeJoined", { count, names });
    case "left":
      return t("timeline.changeLeft", { count, names });
    case "removed":
      return t("timeline.changeRemoved", { count, names });
    case "invited":
      return t("timeline.changeInvited", { count, names });
  }
}
