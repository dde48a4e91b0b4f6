import { byId, fitHeight } from "./dom.js";

/** Where the user writes. */
export class Composer {
  #input = byId("input");
  #send = byId("send");
  #stop = byId("stop");
  #busy = false;
  #actions;

  /** @param actions send, given the text; stop. */
  constructor(actions) {
    this.#actions = actions;
    this.#input.addEventListener("input", () => this.#refresh());
    this.#input.addEventListener("keydown", (event) => {
      // Enter that chooses among a Chinese or Japanese input method's proposals is not meant for the page.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.#submit();
      }
    });
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#stop.addEventListener("click", () => actions.stop());
  }

  /** @param busy Whether an answer is being written. */
  show(busy) {
    const stopped = this.#stop.matches(":focus");
    this.#busy = busy;
    this.#send.hidden = busy;
    this.#stop.hidden = !busy;
    if (stopped && !busy) {
      this.focus();
    }
    this.#refresh();
  }

  /** Where there is a keyboard; on a touch screen it would only put one in front of the text. */
  focus() {
    if (matchMedia("(hover: hover)").matches) {
      this.#input.focus();
    }
  }

  #submit() {
    const text = this.#input.value.trim();
    if (this.#busy || text === "") {
      return;
    }
    this.#input.value = "";
    this.#refresh();
    this.#actions.send(text);
  }

  #refresh() {
    fitHeight(this.#input);
    this.#send.disabled = this.#busy || this.#input.value.trim() === "";
  }
}
