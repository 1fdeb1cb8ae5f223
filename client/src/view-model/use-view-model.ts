import { useEffect, useState, useSyncExternalStore } from "react";
import type { ViewModel } from "./view-model.ts";

/** Draws from a view model: the component renders again when the snapshot is replaced. */
export function useSnapshot<Snapshot>(viewModel: ViewModel<Snapshot>): Snapshot {
  return useSyncExternalStore(viewModel.subscribe, viewModel.getSnapshot);
}

/**
 * A view model that lives as long as the component. `create` is asked once (give the component a `key`
 * where it should be another), and again where hot reload brought the component back.
 */
export function useViewModel<Model extends { readonly disposed: boolean; dispose(): void }>(
  create: () => Model,
): Model {
  const [viewModel, setViewModel] = useState(create);
  useEffect(() => {
    if (!viewModel.disposed) return () => viewModel.dispose();
    setViewModel(create());
    return undefined;
    // oxlint-disable-next-line react/exhaustive-deps -- `create` is new on each render and asked once
  }, [viewModel]);
  return viewModel;
}
