import { Building2, MessagesSquare } from "lucide-react";
import { memo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { listTime } from "../../i18n/format.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { cx } from "../../ui/class-names.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { useRovingFocus } from "../../ui/roving-focus.ts";
import { RoomSkeletons } from "../../ui/Skeleton.tsx";
import { useSnapshot } from "../../view-model/use-view-model.ts";
import styles from "./room-list.module.css";
import type { RoomListViewModel } from "./RoomListViewModel.ts";
import type { RoomRow, RoomRowViewModel } from "./RoomRowViewModel.ts";

/** The rooms, the latest first; one tab stop with arrow keys. */
export function RoomListView({
  viewModel,
  openRoomId,
  hrefOf,
}: {
  readonly viewModel: RoomListViewModel;
  readonly openRoomId: string | undefined;
  readonly hrefOf: (roomId: string) => string;
}) {
  const { t } = useTranslation();
  const { rows, status } = useSnapshot(viewModel);
  if (status === "loading") return <RoomSkeletons label={t("rooms.loading")} />;
  if (status === "empty") {
    return (
      <EmptyState
        icon={<MessagesSquare />}
        text={t("rooms.emptyText")}
        title={t("rooms.emptyTitle")}
      />
    );
  }
  if (status === "empty-unit") {
    return (
      <EmptyState
        action={
          <Button onPress={() => viewModel.chooseUnit(undefined)}>{t("rooms.showAll")}</Button>
        }
        icon={<Building2 />}
        text={t("rooms.emptyUnitText")}
        title={t("rooms.emptyUnitTitle")}
      />
    );
  }
  return <Rows hrefOf={hrefOf} openRoomId={openRoomId} rows={rows} />;
}

function Rows({
  rows,
  openRoomId,
  hrefOf,
}: {
  readonly rows: readonly RoomRowViewModel[];
  readonly openRoomId: string | undefined;
  readonly hrefOf: (roomId: string) => string;
}) {
  const list = useRef<HTMLUListElement>(null);
  useRovingFocus(list, "current");
  return (
    <ul className={styles["list"]} ref={list}>
      {rows.map((row) => (
        <Row href={hrefOf(row.id)} key={row.id} open={row.id === openRoomId} viewModel={row} />
      ))}
    </ul>
  );
}

const Row = memo(function RowOfOneRoom({
  viewModel,
  href,
  open,
}: {
  readonly viewModel: RoomRowViewModel;
  readonly href: string;
  readonly open: boolean;
}) {
  const { t, i18n } = useTranslation();
  const row = useSnapshot(viewModel);
  const unread = row.unread > 0 || row.mentions > 0;
  return (
    <li>
      <Link
        aria-current={open ? "page" : undefined}
        className={cx(styles["row"], open && styles["open"], unread && styles["unread"])}
        data-stop
        href={href}
        tabIndex={-1}
      >
        <Avatar id={row.id} name={row.name} shape="place" />
        <span className={styles["words"]}>
          <span className={styles["top"]}>
            <span className={styles["name"]}>{row.name}</span>
            {row.at === undefined ? null : (
              <time className={styles["time"]} dateTime={new Date(row.at).toISOString()}>
                {listTime(i18n.language, row.at, row.today, t("rooms.yesterday"))}
              </time>
            )}
          </span>
          <span className={styles["bottom"]}>
            <span className={styles["line"]}>
              <LastLine line={row.line} />
            </span>
            <Badge
              count={Math.max(row.unread, row.mentions)}
              label={
                row.mentions > 0
                  ? `${t("rooms.unread", { count: row.unread })}, ${t("rooms.mentioned")}`
                  : t("rooms.unread", { count: row.unread })
              }
              mention={row.mentions > 0}
            />
          </span>
        </span>
      </Link>
    </li>
  );
});

function LastLine({ line }: { readonly line: RoomRow["line"] }) {
  const { t } = useTranslation();
  switch (line.kind) {
    case "draft":
      return (
        <>
          <span className={styles["draft"]}>{t("rooms.draft")}: </span>
          {line.text}
        </>
      );
    case "none":
      return t("rooms.noMessage");
    case "last":
      return t("rooms.lastMessage", {
        sender: line.mine ? t("rooms.you") : line.senderName,
        text: line.text,
      });
  }
}
