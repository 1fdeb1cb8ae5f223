import { MessagesSquare } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ConnectionView } from "../features/connection/ConnectionView.tsx";
import { ListHeadView } from "../features/room-list/ListHeadView.tsx";
import { RailView } from "../features/room-list/RailView.tsx";
import { RoomListView } from "../features/room-list/RoomListView.tsx";
import { RoomView } from "../features/room/RoomView.tsx";
import { RoomViewModel } from "../features/room/RoomViewModel.ts";
import { SettingsView } from "../features/settings/SettingsView.tsx";
import { SettingsViewModel } from "../features/settings/SettingsViewModel.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { useSnapshot, useViewModel } from "../view-model/use-view-model.ts";
import styles from "./account-screen.module.css";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { hrefs } from "./routes.ts";
import type { Route } from "./routes.ts";
import { useServices } from "./services.ts";
import type { Session } from "./sessions.ts";

type AccountRoute = Extract<Route, { readonly account: string }>;

/** One account: rail, list, and what was chosen; fewer of them side by side where there is less room. */
export function AccountScreen({ route }: { readonly route: AccountRoute }) {
  const session = useSession(route.account);
  if (session === undefined) return <main className={styles["screen"]} data-pane="list" />;
  const { account } = route;
  const settingsHref = hrefs.settings(account);
  return (
    <main className={styles["screen"]} data-pane={route.screen === "rooms" ? "list" : "main"}>
      <div className={styles["band"]}>
        <ConnectionView viewModel={session.connection} />
      </div>
      <div className={styles["rail"]}>
        <RailView
          settingsHref={settingsHref}
          settingsOpen={route.screen === "settings"}
          viewModel={session.roomList}
        />
      </div>
      <List account={account} route={route} session={session} settingsHref={settingsHref} />
      <div className={styles["main"]}>
        <ErrorBoundary key={route.screen === "room" ? route.roomId : route.screen}>
          <Chosen route={route} session={session} />
        </ErrorBoundary>
      </div>
      <UnreadTitle session={session} />
    </main>
  );
}

function List({
  account,
  route,
  session,
  settingsHref,
}: {
  readonly account: string;
  readonly route: AccountRoute;
  readonly session: Session;
  readonly settingsHref: string;
}) {
  const { t } = useTranslation();
  const { brand } = useServices();
  return (
    <nav aria-label={t("rooms.label")} className={styles["list"]}>
      <ListHeadView brand={brand} settingsHref={settingsHref} viewModel={session.roomList} />
      <div className={styles["rooms"]}>
        <RoomListView
          hrefOf={(roomId) => hrefs.room(account, roomId)}
          openRoomId={route.screen === "room" ? route.roomId : undefined}
          viewModel={session.roomList}
        />
      </div>
    </nav>
  );
}

function Chosen({ route, session }: { readonly route: AccountRoute; readonly session: Session }) {
  const { t } = useTranslation();
  const listHref = hrefs.rooms(route.account);
  switch (route.screen) {
    case "room":
      return (
        <Room key={route.roomId} listHref={listHref} roomId={route.roomId} session={session} />
      );
    case "settings":
      return <Settings listHref={listHref} session={session} />;
    case "rooms":
      return (
        <EmptyState
          icon={<MessagesSquare />}
          text={t("room.chooseText")}
          title={t("room.chooseTitle")}
        />
      );
  }
}

function Room({
  roomId,
  session,
  listHref,
}: {
  readonly roomId: string;
  readonly session: Session;
  readonly listHref: string;
}) {
  const { attention, clock } = useServices();
  const { drafts, engine } = session;
  const viewModel = useViewModel(
    () => new RoomViewModel({ engine, roomId, clock, attention, drafts }),
  );
  return <RoomView listHref={listHref} viewModel={viewModel} />;
}

function Settings({ session, listHref }: { readonly session: Session; readonly listHref: string }) {
  const { brand, matrix, navigation, preferences } = useServices();
  const viewModel = useViewModel(
    () =>
      new SettingsViewModel({
        matrix,
        account: session.account,
        preferences,
        navigation,
        onLeaving: () => session.connection.dispose(),
      }),
  );
  return <SettingsView brand={brand} listHref={listHref} viewModel={viewModel} />;
}

/** The number of unread messages in the tab's title. */
function UnreadTitle({ session }: { readonly session: Session }) {
  const { brand } = useServices();
  const { unread } = useSnapshot(session.roomList);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${brand.name}` : brand.name;
    return () => {
      document.title = brand.name;
    };
  }, [brand, unread]);
  return null;
}

/** The account's session; leads to the start where there is no such account (any more). */
function useSession(account: string): Session | undefined {
  const { navigation, sessions } = useServices();
  const [session, setSession] = useState<Session>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    let here = true;
    sessions.open(account).then(
      (opened) => {
        if (!here) return;
        if (opened === undefined) navigation.toStart();
        else setSession(opened);
      },
      (error: unknown) => setFailure({ error }),
    );
    return () => {
      here = false;
    };
  }, [account, navigation, sessions]);
  // Shown by the error page around this screen.
  if (failure !== undefined) throw new Error("The account did not open.", { cause: failure });
  return session;
}
