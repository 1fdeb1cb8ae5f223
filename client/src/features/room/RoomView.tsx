import { ArrowLeft, DoorClosed, Globe, Lock, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { wholeNumber } from "../../i18n/format.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { MessageSkeletons } from "../../ui/Skeleton.tsx";
import { useSnapshot } from "../../view-model/use-view-model.ts";
import { ComposerView } from "./composer/ComposerView.tsx";
import styles from "./room.module.css";
import type { RoomSnapshot, RoomViewModel } from "./RoomViewModel.ts";
import { TimelineView } from "./timeline/TimelineView.tsx";

/** One room: head, conversation, composer. */
export function RoomView({
  viewModel,
  listHref,
}: {
  readonly viewModel: RoomViewModel;
  readonly listHref: string;
}) {
  const { t } = useTranslation();
  const room = useSnapshot(viewModel);
  if (room.status === "missing") {
    return (
      <EmptyState
        action={<Link href={listHref}>{t("room.back")}</Link>}
        icon={<DoorClosed />}
        text={t("room.missingText")}
        title={t("room.missingTitle")}
      />
    );
  }
  return (
    <section aria-label={t("room.label", { name: room.name })} className={styles["room"]}>
      <header className={styles["head"]}>
        <Link aria-label={t("room.back")} className={styles["back"]} href={listHref}>
          <ArrowLeft aria-hidden="true" size="1.375rem" />
        </Link>
        {room.status === "loading" ? null : <Head room={room} />}
      </header>
      {room.status === "loading" ? (
        <MessageSkeletons label={t("timeline.loading")} />
      ) : (
        <TimelineView name={room.name} viewModel={viewModel.timeline} />
      )}
      <ComposerView name={room.name} viewModel={viewModel.composer} />
    </section>
  );
}

const CLASSES = { offen: Globe, intern: Lock, vertraulich: ShieldCheck } as const;

function Head({ room }: { readonly room: RoomSnapshot }) {
  const { t, i18n } = useTranslation();
  const Icon = CLASSES[room.protection];
  const words = {
    offen: t("room.offen"),
    intern: t("room.intern"),
    vertraulich: t("room.vertraulich"),
  };
  return (
    <>
      <Avatar id={room.id} name={room.name} shape="place" size="medium" />
      <div className={styles["words"]}>
        <h1 className={styles["name"]}>{room.name}</h1>
        <p className={styles["about"]}>
          {t("room.members", {
            count: room.members,
            formatted: wholeNumber(i18n.language, room.members),
          })}
          {room.topic === "" ? null : <span className={styles["topic"]}> · {room.topic}</span>}
        </p>
      </div>
      <span className={styles["chip"]}>
        <Icon aria-hidden="true" size="0.875rem" />
        {words[room.protection]}
      </span>
    </>
  );
}
