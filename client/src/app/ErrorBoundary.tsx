import { CloudAlert } from "lucide-react";
import { Component } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";

/** Stops an error of what stands inside, so that the rest goes on; says so in kind words. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly failed: boolean }
> {
  override readonly state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <ErrorPage /> : this.props.children;
  }
}

function ErrorPage() {
  const { t } = useTranslation();
  return (
    <div className="whole-page" role="alert">
      <EmptyState
        action={
          <Button kind="main" onPress={() => location.reload()}>
            {t("app.reload")}
          </Button>
        }
        icon={<CloudAlert />}
        text={t("app.errorText")}
        title={t("app.errorTitle")}
      />
    </div>
  );
}
