import { Check, ChevronDown, Settings } from "lucide-react";
import { Button } from "react-aria-components/Button";
import { Menu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Brand } from "../../theme/brand.ts";
import { Avatar } from "../../ui/Avatar.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { useSnapshot } from "../../view-model/use-view-model.ts";
import styles from "./list-head.module.css";
import type { RoomListViewModel } from "./RoomListViewModel.ts";

const ALL = "all";

/** Above the list: the brand, what the list shows, and (where there is no rail) the choice of a unit. */
export function ListHeadView({
  viewModel,
  brand,
  settingsHref,
}: {
  readonly viewModel: RoomListViewModel;
  readonly brand: Brand;
  readonly settingsHref: string;
}) {
  const { t } = useTranslation();
  const { chosenUnit, units } = useSnapshot(viewModel);
  const chosen = units.find(({ id }) => id === chosenUnit);
  const title = chosen?.name ?? t("rail.allRooms");
  return (
    <header className={styles["head"]}>
      <div className={styles["brand"]}>
        <img alt="" className={styles["mark"]} height="32" src={brand.mark} width="32" />
        <div className={styles["names"]}>
          <p className={styles["name"]}>{brand.name}</p>
          <p className={styles["organisation"]}>{brand.organisation}</p>
        </div>
        <Link
          aria-label={t("rail.settings")}
          className={styles["settings"]}
          href={settingsHref}
          title={t("rail.settings")}
        >
          <Settings aria-hidden="true" size="1.25rem" />
        </Link>
      </div>
      <div className={styles["shown"]}>
        <h1 className={styles["title"]}>{title}</h1>
        {units.length === 0 ? null : (
          <MenuTrigger>
            <Button
              aria-label={t("rail.choose", { unit: title })}
              className={styles["choose"] ?? ""}
            >
              <span aria-hidden="true" className={styles["chosen"]}>
                {title}
              </span>
              <ChevronDown aria-hidden="true" size="1rem" />
            </Button>
            <Popover className={styles["popover"] ?? ""} placement="bottom start">
              <Menu
                aria-label={t("rail.label")}
                className={styles["menu"] ?? ""}
                onAction={(key) => viewModel.chooseUnit(key === ALL ? undefined : String(key))}
                selectedKeys={[chosenUnit ?? ALL]}
                selectionMode="single"
              >
                {[{ id: ALL, name: t("rail.allRooms"), unread: 0 }, ...units].map((unit) => (
                  <MenuItem
                    className={styles["item"] ?? ""}
                    id={unit.id}
                    key={unit.id}
                    textValue={unit.name}
                  >
                    {unit.id === ALL ? (
                      <span className={styles["gap"]} />
                    ) : (
                      <Avatar id={unit.id} name={unit.name} shape="place" size="small" />
                    )}
                    <span className={styles["unit"]}>{unit.name}</span>
                    <Badge count={unit.unread} label={t("rail.unread", { count: unit.unread })} />
                    <Check aria-hidden="true" className={styles["check"]} size="1rem" />
                  </MenuItem>
                ))}
              </Menu>
            </Popover>
          </MenuTrigger>
        )}
      </div>
    </header>
  );
}
