import { createContext, useContext } from "react";
import type { Matrix } from "../matrix/index.ts";
import type { Attention, Clock, Navigation, PreferenceStore } from "../ports/ports.ts";
import type { Brand } from "../theme/brand.ts";
import type { Sessions } from "./sessions.ts";

/** What the composition root made, for the screens. */
export type Services = {
  readonly matrix: Matrix;
  readonly sessions: Sessions;
  readonly brand: Brand;
  readonly preferences: PreferenceStore;
  readonly clock: Clock;
  readonly attention: Attention;
  readonly navigation: Navigation;
};

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error("The screens stand inside ServicesContext.");
  return services;
}
