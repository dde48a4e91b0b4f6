import { copyButton, element, fitHeight, iconButton } from "./dom.js";
import { MarkdownView } from "./markdown.js";
import { say } from "./text.js";

/** Shows one message, and lets it be acted upon. */
export class MessageView {
  #message;
  #actions;
  #markdown = new MarkdownView();
  #body = element("div", { class: "message-body" });
  #notes = element("div", { class: "message-notes" });
  #foot = element("div", { class: "message-foot" });

  /** @param actions What the user can do: regenerate, edit, remove, choose; each takes the message. */
  constructor(message, actions) {
    this.#message = message;
    this.#actions = actions;
    const user = message.role === "user";
    this.root = element(
      "article", { class: `message ${message.role}`, "aria-label": say(user ? "you" : "assistant") },
      this.#body, this.#notes, this.#foot);
    this.#body.append(user ? element("div", { class: "bubble" }, message.text) : this.#markdown.root);
  }

  /** Shows the message as it is now. @param siblings The versions of it, itself included. */
  show(siblings, busy) {
    const { state } = this.#message;
    this.root.dataset.state = state;
    this.root.setAttribute("aria-busy", state === "writing");
    if (this.#message.role === "assistant") {
      this.showText();
      this.#notes.replaceChildren(...this.#noteParts(busy));
    }
    this.#foot.replaceChildren(...(state === "writing" ? [] : this.#footParts(siblings, busy)));
  }

  /** Shows the text alone: what changes with every token. */
  showText() {
    this.#markdown.show(this.#message.text);
  }

  #noteParts(busy) {
    const { state, finish, error } = this.#message;
    if (state === "failed" && error) {
      return [element(
        "div", { class: "error", role: "alert" },
        element("p", {}, error.message),
        error.detail ? element("p", { class: "error-detail" }, error.detail) : "",
        element("button", {
          type: "button", class: "strong-button", disabled: busy, click: () => this.#actions.retry(this.#message),
        }, say("retry")))];
    }
    if (state === "stopped") {
      return [element("p", { class: "note" }, say("stopped"))];
    }
    return finish === "length" ? [element("p", { class: "note" }, say("cutShort"))] : [];
  }

  #footParts(siblings, busy) {
    const message = this.#message;
    const buttons = [
      ...(siblings.length > 1 ? [this.#versions(siblings, busy)] : []),
      ...(message.text ? [copyButton(() => message.text)] : []),
      message.role === "user"
        ? iconButton("edit", say("edit"), () => this.#edit(), { disabled: busy })
        : iconButton("again", say("regenerate"), () => this.#actions.regenerate(message), { disabled: busy }),
      iconButton("trash", say("delete"), () => this.#actions.remove(message), { disabled: busy }),
    ];
    return [element("div", { class: "message-actions" }, ...buttons), ...this.#statistics()];
  }

  #versions(siblings, busy) {
    const index = siblings.indexOf(this.#message);
    const step = (name, label, to) => iconButton(
      name, say(label), () => this.#actions.choose(this.#message, to),
      { disabled: busy || to < 0 || to >= siblings.length });
    return element(
      "div", { class: "versions", role: "group", "aria-label": say("versions", index + 1, siblings.length) },
      step("back", "earlier", index - 1),
      element("span", {}, `${index + 1}/${siblings.length}`),
      step("next", "later", index + 1));
  }

  #statistics() {
    const { stats } = this.#message;
    if (!stats) {
      return [];
    }
    const facts = [
      say("tokens", stats.completion),
      ...(stats.rate ? [say("rate", stats.rate.toFixed(stats.rate < 10 ? 2 : 1))] : []),
      ...(stats.firstToken ? [say("firstToken", stats.firstToken.toFixed(2))] : []),
      say("promptTokens", stats.prompt, stats.cached),
    ];
    return [element("p", { class: "statistics" }, facts.join(" · "))];
  }

  #edit() {
    const area = element("textarea", { class: "edit-area", rows: "1", "aria-label": say("edit") });
    area.value = this.#message.text;
    const bubble = this.#body.firstChild;
    const end = () => {
      this.root.classList.remove("editing");
      this.#body.replaceChildren(bubble);
    };
    const send = () => {
      const text = area.value.trim();
      end();
      if (text && text !== this.#message.text) {
        this.#actions.edit(this.#message, text);
      }
    };
    area.addEventListener("input", () => fitHeight(area));
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        end();
      } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        send();
      }
    });
    this.root.classList.add("editing");
    this.#body.replaceChildren(element(
      "div", { class: "edit" }, area,
      element(
        "div", { class: "edit-buttons" },
        element("button", { type: "button", class: "quiet-button", click: end }, say("cancel")),
        element("button", { type: "button", class: "strong-button", click: send }, say("saveAndSend")))));
    fitHeight(area);
    area.focus();
  }
}
