import { ChevronDown, MessageCircle, RotateCw } from "lucide-react";
import { useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "../../../ui/Badge.tsx";
import { Button, IconButton } from "../../../ui/Button.tsx";
import { EmptyState } from "../../../ui/EmptyState.tsx";
import { useRovingFocus } from "../../../ui/roving-focus.ts";
import { MessageSkeletons } from "../../../ui/Skeleton.tsx";
import { useSnapshot } from "../../../view-model/use-view-model.ts";
import type { AnnouncementsViewModel } from "./AnnouncementsViewModel.ts";
import { RowView } from "./RowView.tsx";
import { ScrollKeeper } from "./scroll-keeper.ts";
import styles from "./timeline.module.css";
import type { TimelineViewModel } from "./TimelineViewModel.ts";

/** The conversation: one tab stop with arrow keys; what arrives is announced beside it. */
export function TimelineView({
  viewModel,
  name,
}: {
  readonly viewModel: TimelineViewModel;
  readonly name: string;
}) {
  const { t } = useTranslation();
  const { status } = useSnapshot(viewModel);
  return (
    <div className={styles["timeline"]}>
      {status === "loading" ? <MessageSkeletons label={t("timeline.loading")} /> : null}
      {status === "empty" ? (
        <EmptyState
          icon={<MessageCircle />}
          text={t("timeline.emptyText")}
          title={t("timeline.emptyTitle")}
        />
      ) : null}
      {status === "ready" ? <Rows name={name} viewModel={viewModel} /> : null}
      <Announcements viewModel={viewModel.announcements} />
    </div>
  );
}

function Rows({
  viewModel,
  name,
}: {
  readonly viewModel: TimelineViewModel;
  readonly name: string;
}) {
  const { t } = useTranslation();
  const { earlierFailed, loadingEarlier, newBelow, rows } = useSnapshot(viewModel);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const keeper = useRef<ScrollKeeper>(null);
  const jump = useRef<HTMLDivElement>(null);
  useRovingFocus(list, "last");

  useLayoutEffect(() => {
    if (box.current === null || list.current === null) return;
    const made = new ScrollKeeper(box.current, list.current, {
      onEnd(visible) {
        viewModel.setNewestVisible(visible);
        if (jump.current !== null) jump.current.hidden = visible;
      },
      onNearStart() {
        // After a failure the person decides when to try again.
        if (!viewModel.getSnapshot().earlierFailed) void viewModel.loadEarlier();
      },
    });
    keeper.current = made;
    made.begin(list.current.querySelector("[data-new]"));
    return () => {
      made.dispose();
      viewModel.setNewestVisible(false);
    };
  }, [viewModel]);
  // Draws only where the rows or what is said around them changed.
  useLayoutEffect(() => keeper.current?.keep());
  useEffect(() => {
    // One's own message is always shown.
    const newest = rows.at(-1)?.getSnapshot();
    if (newest?.kind === "message" && newest.state.kind === "waiting") keeper.current?.toEnd();
  }, [rows]);

  return (
    <>
      {/* Scrolls by keyboard through the messages inside, which take the focus. */}
      <div className={styles["box"]} ref={box}>
        <div
          aria-busy={loadingEarlier}
          aria-label={t("timeline.label", { name })}
          className={styles["rows"]}
          ref={list}
          role="feed"
        >
          {earlierFailed ? (
            <div className={styles["failedEarlier"]}>
              {t("timeline.earlierFailed")}
              <Button onPress={() => void viewModel.loadEarlier()}>
                <RotateCw aria-hidden="true" size="1rem" />
                {t("timeline.tryAgain")}
              </Button>
            </div>
          ) : null}
          {rows.map((row) => (
            <RowView key={row.key} row={row} viewModel={viewModel} />
          ))}
        </div>
      </div>
      <div className={styles["jump"]} hidden ref={jump}>
        <IconButton
          kind="floating"
          label={newBelow > 0 ? t("timeline.jumpNew", { count: newBelow }) : t("timeline.jump")}
          onPress={() => keeper.current?.toEnd()}
        >
          <ChevronDown aria-hidden="true" size="1.25rem" />
        </IconButton>
        <span aria-hidden="true" className={styles["jumpCount"]}>
          <Badge count={newBelow} label="" />
        </span>
      </div>
    </>
  );
}

/** Read out by screen readers as it grows; not seen. */
function Announcements({ viewModel }: { readonly viewModel: AnnouncementsViewModel }) {
  const { t } = useTranslation();
  const announcements = useSnapshot(viewModel);
  return (
    <div aria-label={t("timeline.announcements")} className="visually-hidden" role="log">
      {announcements.map((one) => (
        <p key={one.key}>
          {one.kind === "digest"
            ? t("timeline.announcedMany", { count: one.count })
            : t("rooms.lastMessage", { sender: one.senderName, text: one.text })}
        </p>
      ))}
    </div>
  );
}
