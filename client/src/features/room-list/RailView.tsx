import { MessagesSquare, Settings } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Avatar } from "../../ui/Avatar.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { cx } from "../../ui/class-names.ts";
import { useRovingFocus } from "../../ui/roving-focus.ts";
import { useSnapshot } from "../../view-model/use-view-model.ts";
import styles from "./rail.module.css";
import type { RoomListViewModel } from "./RoomListViewModel.ts";

/** The units at the edge of a wide screen, by number or initials; "all" first, settings last. */
export function RailView({
  viewModel,
  settingsHref,
  settingsOpen,
}: {
  readonly viewModel: RoomListViewModel;
  readonly settingsHref: string;
  readonly settingsOpen: boolean;
}) {
  const { t } = useTranslation();
  const { chosenUnit, units, unread } = useSnapshot(viewModel);
  const list = useRef<HTMLUListElement>(null);
  useRovingFocus(list, "first");
  return (
    <nav aria-label={t("rail.label")} className={styles["rail"]}>
      <ul className={styles["units"]} ref={list}>
        <Entry
          chosen={chosenUnit === undefined}
          label={t("rail.allRooms")}
          onChoose={() => viewModel.chooseUnit(undefined)}
          unread={unread}
        >
          <span aria-hidden="true" className={styles["all"]}>
            <MessagesSquare size="1.25rem" />
          </span>
        </Entry>
        {units.map(({ id, name, unread: count }) => (
          <Entry
            chosen={chosenUnit === id}
            key={id}
            label={name}
            onChoose={() => viewModel.chooseUnit(id)}
            unread={count}
          >
            <Avatar id={id} name={name} shape="place" size="medium" />
          </Entry>
        ))}
      </ul>
      <Link
        aria-current={settingsOpen ? "page" : undefined}
        aria-label={t("rail.settings")}
        className={cx(styles["settings"], settingsOpen && styles["chosen"])}
        href={settingsHref}
        title={t("rail.settings")}
      >
        <Settings aria-hidden="true" size="1.25rem" />
      </Link>
    </nav>
  );
}

function Entry({
  chosen,
  label,
  unread,
  onChoose,
  children,
}: {
  readonly chosen: boolean;
  readonly label: string;
  readonly unread: number;
  readonly onChoose: () => void;
  readonly children: React.ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <li className={styles["entry"]}>
      <button
        aria-pressed={chosen}
        className={cx(styles["unit"], chosen && styles["chosen"])}
        data-stop
        onClick={onChoose}
        tabIndex={-1}
        title={label}
        type="button"
      >
        {children}
        <span className="visually-hidden">{label}</span>
        <span className={styles["badge"]}>
          <Badge count={unread} label={t("rail.unread", { count: unread })} />
        </span>
      </button>
    </li>
  );
}
