import { mentions } from "./conversation.js";
import { byId, download, element, iconButton, toast } from "./dom.js";
import { say } from "./text.js";

/** The list of conversations. */
export class Sidebar {
  #store;
  #actions;
  #current = null;
  #list = byId("conversations");
  #search = byId("search");

  /** @param actions open, create, remove, changed, imported: what the list asks of the page. */
  constructor(store, actions) {
    this.#store = store;
    this.#actions = actions;
    this.#search.addEventListener("input", () => this.show(this.#current));
    byId("new-chat").addEventListener("click", () => this.#leave(() => actions.create()));
    byId("export").addEventListener("click", () => download("puyu-chats.json", store.export(store.list())));
    byId("import").addEventListener("click", () => byId("import-file").click());
    byId("import-file").addEventListener("change", (event) => this.#import(event.target));
    byId("open-sidebar").addEventListener("click", () => this.#open(true));
    byId("close-sidebar").addEventListener("click", () => this.#open(false));
    byId("backdrop").addEventListener("click", () => this.#open(false));
  }

  get isOpen() {
    return document.body.classList.contains("sidebar-open");
  }

  close() {
    this.#open(false);
  }

  /** Shows the list as it is now. */
  show(current) {
    this.#current = current;
    const words = this.#search.value.trim();
    const all = this.#store.list();
    const found = words ? all.filter((conversation) => mentions(conversation, words)) : all;
    const nothing = say(words ? "nothingFound" : "noConversations");
    this.#list.replaceChildren(...(found.length > 0
      ? [element("ul", {}, ...found.map((conversation) => this.#entry(conversation)))]
      : [element("p", { class: "nothing" }, nothing)]));
    byId("export").disabled = all.length === 0;
  }

  #entry(conversation) {
    const title = conversation.title || say("untitled");
    const current = conversation.id === this.#current?.id;
    const row = element("li", { class: current ? "entry current" : "entry" });
    const open = element("button", {
      type: "button",
      class: "entry-open",
      title,
      "aria-current": current ? "page" : null,
      click: () => this.#leave(() => this.#actions.open(conversation)),
    }, title);
    row.append(open, this.#menu(conversation, title, row));
    return row;
  }

  #menu(conversation, title, row) {
    const choice = (label, click) => element("button", {
      type: "button",
      role: "menuitem",
      class: "menu-item",
      click: () => {
        menu.hidePopover();
        click();
      },
    }, say(label));
    const menu = element(
      "div", { class: "menu", popover: "auto", role: "menu" },
      choice("rename", () => this.#rename(conversation, row)),
      choice("export", () =>
        download(`${fileName(title)}.json`, this.#store.export([conversation]))),
      choice("delete", () => this.#actions.remove(conversation)));
    const button = iconButton("more", say("more", title), () => {
      menu.togglePopover();
      const at = button.getBoundingClientRect();
      const below = at.bottom + 4;
      menu.style.left = `${Math.max(8, at.right - menu.offsetWidth)}px`;
      menu.style.top = `${below + menu.offsetHeight > innerHeight ? at.top - 4 - menu.offsetHeight : below}px`;
    }, { "aria-haspopup": "menu" });
    return element("span", { class: "entry-menu" }, button, menu);
  }

  #rename(conversation, row) {
    const input = element("input", { class: "rename", "aria-label": say("rename"), maxlength: "200" });
    input.value = conversation.title;
    const end = (keep) => {
      if (!input.isConnected) {
        return;
      }
      const title = input.value.trim();
      input.remove();
      if (keep && title && title !== conversation.title) {
        conversation.title = title;
        this.#actions.changed(conversation);
      }
      this.show(this.#current);
    };
    input.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" && !event.isComposing) || event.key === "Escape") {
        event.stopPropagation();
        event.preventDefault();
        end(event.key === "Enter");
      }
    });
    input.addEventListener("blur", () => end(true));
    row.replaceChildren(input);
    input.focus();
    input.select();
  }

  async #import(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) {
      return;
    }
    try {
      const count = this.#store.import(await file.text());
      toast(say("imported", count));
    } catch (failure) {
      toast(say("importFailed", failure.message));
    }
    this.#actions.imported();
  }

  #leave(action) {
    this.#open(false);
    action();
  }

  #open(open) {
    document.body.classList.toggle("sidebar-open", open);
    byId("backdrop").hidden = !open;
    if (open) {
      this.#search.focus();
    }
  }
}

const fileName = (title) => title.replaceAll(/[^\p{L}\p{N} _-]/gu, "").trim().slice(0, 60) || "puyu-chat";
