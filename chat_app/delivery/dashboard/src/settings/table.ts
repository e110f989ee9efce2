/** A list in parts: the next part on demand, finding in all of them. */

import { call } from "../api";
import { clone, must, setText } from "../dom";
import { narrow } from "./narrowing";
import { failureText, t } from "./page";

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

const PART = 100;
const DELAY_MS = 200;

/** `fill` draws an item into a fresh row. */
export class Table<T> {
  private readonly rows: HTMLElement;
  private readonly find: HTMLInputElement;
  private readonly more: HTMLElement | null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private loading: Promise<boolean> | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly fill: (row: HTMLElement, item: T) => void,
  ) {
    this.rows = must("[data-rows]", root);
    this.find = must<HTMLInputElement>("[data-find]", root);
    this.more = root.querySelector("[data-more]");
    this.more?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.showMore();
    });
    this.find.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.narrow(), DELAY_MS);
    });
  }

  /** The focus goes to the first row that came: the button may be gone. */
  private async showMore(): Promise<void> {
    const before = this.rows.children.length;
    if (await this.load()) this.rows.children[before]?.querySelector("a")?.focus();
  }

  /** Show the rows that hold every word; what was not loaded yet is loaded before. */
  private async narrow(): Promise<void> {
    const wanted = this.find.value.trim();
    while (wanted && this.cursor && (await this.load()));
    const count = narrow([...this.rows.children] as HTMLElement[], wanted);
    must("[data-none]", this.root).hidden = count > 0;
    setText(must("[data-found]", this.root), wanted ? t("say.found", { count }) : "");
  }

  private get cursor(): string {
    return this.more?.dataset.cursor ?? "";
  }

  /** Add the next part; false when that failed, which stands on the button. */
  private load(): Promise<boolean> {
    this.loading ??= this.loadPart().finally(() => (this.loading = null));
    return this.loading;
  }

  private async loadPart(): Promise<boolean> {
    const { more, cursor } = this;
    if (!more) return false;
    const label = more.textContent;
    more.textContent = t("say.loading");
    const query = new URLSearchParams({ limit: String(PART), cursor });
    const page = await call<Page<T>>("GET", `${this.root.dataset.path}?${query}`);
    more.textContent = page.ok ? label : failureText(page.error);
    if (!page.ok) return false;
    this.rows.append(...page.items.map((item) => this.row(item)));
    more.dataset.cursor = page.next_cursor ?? "";
    more.hidden = !page.next_cursor;
    return true;
  }

  private row(item: T): HTMLElement {
    const row = clone("table-row");
    this.fill(row, item);
    return row;
  }
}
