import { useTranslation } from "react-i18next";
import { useSearch } from "wouter";
import { SignInView } from "../features/sign-in/SignInView.tsx";
import { SignInViewModel } from "../features/sign-in/SignInViewModel.ts";
import type { SignInReason } from "../ports/ports.ts";
import { useViewModel } from "../view-model/use-view-model.ts";
import { reasonOf } from "./routes.ts";
import { useServices } from "./services.ts";

export function SignInScreen() {
  const reason = reasonOf(useSearch());
  return <Form key={reason} reason={reason} />;
}

function Form({ reason }: { readonly reason: SignInReason }) {
  const { t } = useTranslation();
  const { brand, matrix, navigation } = useServices();
  const viewModel = useViewModel(
    () =>
      new SignInViewModel({
        matrix,
        navigation,
        reason,
        deviceName: () => t("signIn.device", { brand: brand.name }),
      }),
  );
  return <SignInView brand={brand} viewModel={viewModel} />;
}
