/** A form that is saved by one call of REST, explicitly, and says where it happens what was refused. */

import { call, type Method } from "../api";
import { must } from "../dom";
import { bodyOf, changesOf, type Body, type Reader } from "./fields";
import { failureText, t } from "./page";
import { checkFields, clearErrors, placeErrors, showErrors } from "./wrong";

export type Answer = Record<string, unknown>;

export interface FormOptions {
  /** Readers of further kinds of fields. */
  own?: Readonly<Record<string, Reader>>;
  /** Add to a body before it goes. */
  complete?: (body: Body) => Body;
  /** What follows when it is saved. */
  done?: (answer: Answer, body: Body) => void;
}

/** `data-method` and `data-path` say what is called, `data-then` where the person goes afterwards. */
export class Form {
  private before: Body;
  private busy = false;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly options: FormOptions = {},
  ) {
    this.before = this.read();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    form.addEventListener("input", () => this.say(""));
    window.addEventListener("beforeunload", (event) => {
      if (this.isChanged) event.preventDefault();
    });
  }

  private get isChanged(): boolean {
    return !this.busy && Object.keys(changesOf(this.before, this.read())).length > 0;
  }

  private async save(): Promise<void> {
    if (this.busy) return;
    clearErrors(this.form);
    const wrong = checkFields(this.form);
    if (wrong.size) return this.refuse(wrong);
    const after = this.read();
    const body = this.bodyFrom(after);
    if (Object.keys(body).length === 0) return this.say(t("say.unchanged"));
    this.busy = true;
    this.say(t("say.saving"));
    const { method, path = "" } = this.form.dataset;
    const ack = await call<Answer>(method as Method, path, body);
    if (ack.ok) return this.saved(after, ack, body);
    this.busy = false;
    const placed = placeErrors(this.form, ack.error.errors ?? {});
    if (placed.size) this.refuse(placed);
    else this.say(failureText(ack.error), "wrong");
  }

  /** A change names only what changed, so that two people do not undo one another's. */
  private bodyFrom(after: Body): Body {
    const body = this.form.dataset.method === "PATCH" ? changesOf(this.before, after) : after;
    return this.options.complete?.(body) ?? body;
  }

  private saved(after: Body, answer: Answer, body: Body): void {
    const { then } = this.form.dataset;
    this.before = after;
    if (then) return location.assign(then.replace("{id}", idIn(answer)));
    this.busy = false;
    this.say(t("say.saved"), "good");
    this.options.done?.(answer, body);
  }

  private refuse(errors: ReadonlyMap<HTMLElement, string>): void {
    this.say(t("say.invalid", { count: errors.size }), "wrong");
    showErrors(this.form, errors);
  }

  private say(text: string, how: "" | "good" | "wrong" = ""): void {
    const place = must("[data-said]", this.form);
    place.dataset.how = how;
    place.textContent = text;
  }

  private read(): Body {
    return bodyOf(this.form, this.options.own);
  }
}

/** The id of the one thing in an answer. */
function idIn(answer: Answer): string {
  const made = Object.values(answer).find((one) => typeof one === "object" && one !== null && "id" in one);
  return String((made as { id?: string } | undefined)?.id ?? "");
}
