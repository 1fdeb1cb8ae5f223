import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { routeOf } from "./routes.ts";
import { useServices } from "./services.ts";
import { SignInScreen } from "./SignInScreen.tsx";

// The form comes with the first file, since a newcomer needs nothing else; the rest when it is needed.
const AccountScreen = lazy(async () => ({
  default: (await import("./AccountScreen.tsx")).AccountScreen,
}));

export function App() {
  const [path] = useLocation();
  const route = routeOf(path);
  return (
    <ErrorBoundary key={route.screen}>
      <Suspense fallback={null}>
        <Screen route={route} />
      </Suspense>
    </ErrorBoundary>
  );
}

function Screen({ route }: { readonly route: ReturnType<typeof routeOf> }) {
  switch (route.screen) {
    case "start":
      return <Start />;
    case "sign-in":
      return <SignInScreen />;
    case "rooms":
    case "room":
    case "settings":
      return <AccountScreen key={route.account} route={route} />;
    case "not-found":
      return <NotFound />;
  }
}

/** Leads to the first account of this device, or to the sign-in form. */
function Start() {
  const { matrix, navigation } = useServices();
  useEffect(() => {
    let here = true;
    void matrix.accounts().then(([first]) => {
      if (!here) return;
      if (first === undefined) navigation.toSignIn("first");
      else navigation.toAccount(first.key);
    });
    return () => {
      here = false;
    };
  }, [matrix, navigation]);
  return null;
}

function NotFound() {
  const { t } = useTranslation();
  const { navigation } = useServices();
  return (
    <main className="whole-page">
      <EmptyState
        action={
          <Button kind="main" onPress={() => navigation.toStart()}>
            {t("app.toStart")}
          </Button>
        }
        headingLevel="h1"
        text={t("app.notFoundText")}
        title={t("app.notFoundTitle")}
      />
    </main>
  );
}
