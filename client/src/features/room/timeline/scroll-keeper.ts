/** Closer to the end than this counts as being there. */
const AT_END = 32;
/** Older messages are asked for before the top is reached. */
const NEAR_START = 800;

type Anchor = { readonly element: HTMLElement; readonly top: number };

export type ScrollTold = {
  /** Whether the newest message is on the screen. */
  onEnd(visible: boolean): void;
  onNearStart(): void;
};

/**
 * Keeps a conversation still: at its end it follows what comes; elsewhere the row at the top edge stays
 * where it is, whatever is added above or below or changes its height.
 */
export class ScrollKeeper {
  readonly #box: HTMLElement;
  readonly #content: HTMLElement;
  readonly #told: ScrollTold;
  readonly #resize: ResizeObserver;
  #atEnd = true;
  #anchor: Anchor | undefined;

  /**
   * @param box what scrolls
   * @param content its one child, whose children are the rows
   */
  constructor(box: HTMLElement, content: HTMLElement, told: ScrollTold) {
    this.#box = box;
    this.#content = content;
    this.#told = told;
    this.#resize = new ResizeObserver(() => this.keep());
    this.#resize.observe(content);
    this.#resize.observe(box);
    box.addEventListener("scroll", this.#onScroll, { passive: true });
  }

  /** Goes to a row (the line above what is new) and leaves some of what was read above it; or to the end. */
  begin(row: HTMLElement | null): void {
    if (row === null) {
      this.toEnd();
      return;
    }
    this.#box.scrollTop = row.offsetTop - this.#box.clientHeight / 4;
    this.#onScroll();
  }

  toEnd(smooth = false): void {
    this.#atEnd = true;
    this.#box.scrollTo({ top: this.#box.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    if (!smooth) this.#onScroll();
  }

  /** To be called after the rows changed. */
  keep(): void {
    if (this.#atEnd) {
      this.#box.scrollTop = this.#box.scrollHeight;
    } else if (this.#anchor?.element.isConnected === true) {
      const moved = this.#topOf(this.#anchor.element) - this.#anchor.top;
      if (moved !== 0) this.#box.scrollTop += moved;
    }
    this.#onScroll();
  }

  dispose(): void {
    this.#resize.disconnect();
    this.#box.removeEventListener("scroll", this.#onScroll);
  }

  readonly #onScroll = (): void => {
    const { clientHeight, scrollHeight, scrollTop } = this.#box;
    this.#atEnd = scrollHeight - scrollTop - clientHeight <= AT_END;
    this.#anchor = this.#atEnd ? undefined : this.#firstVisible();
    this.#told.onEnd(this.#atEnd);
    if (scrollTop < NEAR_START) this.#told.onNearStart();
  };

  #topOf(element: HTMLElement): number {
    return element.offsetTop - this.#box.scrollTop;
  }

  /** The first row that reaches below the top edge, found by halving. */
  #firstVisible(): Anchor | undefined {
    const rows = this.#content.children;
    let from = 0;
    let to = rows.length - 1;
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      const row = rows[middle];
      if (!(row instanceof HTMLElement)) return undefined;
      if (this.#topOf(row) + row.offsetHeight > 0) to = middle;
      else from = middle + 1;
    }
    const element = rows[from];
    return element instanceof HTMLElement ? { element, top: this.#topOf(element) } : undefined;
  }
}
