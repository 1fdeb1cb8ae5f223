import { useEffect } from "react";
import type { RefObject } from "react";

const STOP = "[data-stop]";

/**
 * Makes the `data-stop` elements of a list one tab stop: arrows, Home, End and the page keys move
 * between them. It writes `tabindex` itself, so that moving renders nothing; render them with -1.
 *
 * @param list the element around them
 * @param resting which one Tab reaches first
 */
export function useRovingFocus(
  list: RefObject<HTMLElement | null>,
  resting: "first" | "last" | "current",
): void {
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const stops = () => [...element.querySelectorAll<HTMLElement>(STOP)];
    const rest = (stop: HTMLElement) => {
      for (const other of element.querySelectorAll<HTMLElement>(`${STOP}[tabindex="0"]`)) {
        if (other !== stop) other.tabIndex = -1;
      }
      stop.tabIndex = 0;
    };
    const settle = () => {
      if (element.contains(document.activeElement)) return;
      const current = element.querySelector<HTMLElement>(`${STOP}[aria-current="page"]`);
      const all = element.querySelectorAll<HTMLElement>(STOP);
      const stop =
        resting === "current" && current !== null
          ? current
          : resting === "last"
            ? all[all.length - 1]
            : all[0];
      if (stop !== undefined) rest(stop);
    };
    const onFocus = ({ target }: FocusEvent) => {
      const stop = target instanceof Element ? target.closest<HTMLElement>(STOP) : null;
      if (stop !== null) rest(stop);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      // A key in a button or field inside a stop is that control's own.
      if (!(event.target instanceof HTMLElement) || !event.target.matches(STOP)) return;
      const all = stops();
      const next = all[nextIndex(event.key, all.indexOf(event.target), all.length)];
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    };
    settle();
    const watcher = new MutationObserver(settle);
    watcher.observe(element, { childList: true, subtree: true, attributeFilter: ["aria-current"] });
    element.addEventListener("focusin", onFocus);
    element.addEventListener("focusout", settle);
    element.addEventListener("keydown", onKey);
    return () => {
      watcher.disconnect();
      element.removeEventListener("focusin", onFocus);
      element.removeEventListener("focusout", settle);
      element.removeEventListener("keydown", onKey);
    };
  }, [list, resting]);
}

const PAGE = 8;

/** Where a key leads from position `at` of `count`; -1 where it leads nowhere. */
export function nextIndex(key: string, at: number, count: number): number {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(last, at + 1);
    case "ArrowUp":
      return Math.max(0, at - 1);
    case "PageDown":
      return Math.min(last, at + PAGE);
    case "PageUp":
      return Math.max(0, at - PAGE);
    case "Home":
      return Math.min(last, 0);
    case "End":
      return last;
    default:
      return -1;
  }
}
