import { icon } from "./icons.js";
import { say } from "./text.js";

/** Builds an element. Functions among the attributes listen; strings among the children stay text. */
export function element(name, attributes = {}, ...children) {
  const built = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      built.addEventListener(key, value);
    } else if (value === true) {
      built.setAttribute(key, "");
    } else if (value !== false && value !== null && value !== undefined) {
      built.setAttribute(key, value);
    }
  }
  built.append(...children);
  return built;
}

/** A button that shows an icon and has a name to hover and to hear. */
export function iconButton(name, label, click, attributes = {}) {
  return element(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, click, ...attributes },
    icon(name));
}

export const byId = (id) => document.getElementById(id);

/** Fills in what the document names with data-text, data-label, data-placeholder and data-icon. */
export function fillIn(root) {
  for (const node of root.querySelectorAll("[data-icon]")) {
    node.prepend(icon(node.dataset.icon));
  }
  for (const node of root.querySelectorAll("[data-text]")) {
    node.textContent = say(node.dataset.text);
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.tagName === "BUTTON") {
      node.title = say(node.dataset.label);
    }
  }
  for (const node of root.querySelectorAll("[data-placeholder]")) {
    node.placeholder = say(node.dataset.placeholder);
  }
}

/** Lets a text area be as high as its text. */
export function fitHeight(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

/** Puts text on the clipboard, also where the page came over plain HTTP. */
export async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = element("textarea", { class: "visually-hidden", readonly: true });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) {
    throw new Error(say("copyFailed"));
  }
}

/** A button that copies, and shows for a moment that it did. */
export function copyButton(text) {
  const button = iconButton("copy", say("copy"), async () => {
    await copyText(text());
    button.replaceChildren(icon("check"));
    setTimeout(() => button.replaceChildren(icon("copy")), 1500);
  });
  return button;
}

/** Hands the user a file. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Says something in passing; the action, if there is one, can be taken while it shows. */
export function toast(text, actionText = null, action = null) {
  const shown = element("div", { class: "toast" }, element("span", {}, text));
  if (action) {
    shown.append(element("button", {
      type: "button",
      class: "toast-action",
      click: () => {
        shown.remove();
        action();
      },
    }, actionText));
  }
  byId("toasts").replaceChildren(shown);
  setTimeout(() => shown.remove(), action ? 8000 : 5000);
}
