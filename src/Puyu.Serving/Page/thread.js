import { shownMessages } from "./conversation.js";
import { byId, element } from "./dom.js";
import { MessageView } from "./message.js";
import { say } from "./text.js";

const nearEnd = 60;

/** Shows the messages of a conversation, and stays at their end while the reader does. */
export class Thread {
  #views = new WeakMap();
  #actions;
  #root = byId("thread");
  #scroll = byId("scroll");
  #toEnd = byId("to-end");
  #conversation = null;
  #follows = true;
  #due = new Set();

  constructor(actions) {
    this.#actions = actions;
    this.#scroll.addEventListener("scroll", () => this.#notice(), { passive: true });
    this.#toEnd.addEventListener("click", () => this.toEnd());
  }

  /** Shows a conversation as it is now. @param busy Whether a message of it is being written. */
  show(conversation, busy) {
    const other = this.#conversation?.id !== conversation.id;
    this.#conversation = conversation;
    const messages = shownMessages(conversation);
    const views = messages.map((message) => this.#viewOf(message));
    messages.forEach((message, index) =>
      views[index].show((messages[index - 1] ?? conversation).children, busy));
    this.#replace(messages.length > 0 ? views.map(({ root }) => root) : [greeting()]);
    if (other) {
      this.toEnd();
    } else {
      this.#follow();
    }
  }

  /** Shows at the next frame what a message says now, however often it is asked until then. */
  refresh(message) {
    if (this.#due.size === 0) {
      requestAnimationFrame(() => this.#draw());
    }
    this.#due.add(message);
  }

  toEnd() {
    this.#follows = true;
    this.#follow();
  }

  #draw() {
    for (const message of this.#due) {
      this.#views.get(message)?.showText();
    }
    this.#due.clear();
    this.#follow();
  }

  #viewOf(message) {
    if (!this.#views.has(message)) {
      this.#views.set(message, new MessageView(message, this.#actions));
    }
    return this.#views.get(message);
  }

  /** Nodes that stay are not taken out and put back: that would lose the focus in them. */
  #replace(nodes) {
    const kept = new Set(nodes);
    for (const old of [...this.#root.childNodes].filter((node) => !kept.has(node))) {
      old.remove();
    }
    nodes.forEach((node, index) => {
      if (this.#root.childNodes[index] !== node) {
        this.#root.insertBefore(node, this.#root.childNodes[index] ?? null);
      }
    });
  }

  #follow() {
    if (this.#follows) {
      this.#scroll.scrollTop = this.#scroll.scrollHeight;
    }
    this.#notice();
  }

  #notice() {
    const below = this.#scroll.scrollHeight - this.#scroll.clientHeight - this.#scroll.scrollTop;
    this.#follows = below < nearEnd;
    this.#toEnd.hidden = this.#follows;
  }
}

function greeting() {
  return element(
    "div", { class: "greeting" },
    element("p", { class: "greeting-head" }, say("greeting")),
    element("p", {}, say("greetingText")));
}
