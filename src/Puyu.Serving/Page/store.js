import { newId } from "./conversation.js";
import { defaultSettings, readSettings } from "./parameters.js";

const prefix = "puyu.chat.";
const settingsName = "puyu.settings";
const format = "puyu-chat";
const states = ["done", "stopped", "failed"];

/** Conversations, kept in the browser. */
export class Store {
  #conversations = new Map();

  constructor() {
    for (const name of Object.keys(localStorage).filter((key) => key.startsWith(prefix))) {
      this.reload(name);
    }
  }

  /** Newest first. */
  list() {
    return [...this.#conversations.values()].sort((a, b) => b.changed - a.changed);
  }

  get(id) {
    return this.#conversations.get(id);
  }

  /** @throws {DOMException} The storage is full; the conversation stays in memory. */
  save(conversation) {
    this.#conversations.set(conversation.id, conversation);
    localStorage.setItem(prefix + conversation.id, JSON.stringify(conversation));
  }

  remove(id) {
    this.#conversations.delete(id);
    localStorage.removeItem(prefix + id);
  }

  /** Reads what another tab wrote under a name; false if it is not a conversation's. */
  reload(name) {
    if (!name?.startsWith(prefix)) {
      return false;
    }
    const id = name.slice(prefix.length);
    const text = localStorage.getItem(name);
    try {
      this.#conversations.set(id, readConversation(JSON.parse(text)));
    } catch {
      this.#conversations.delete(id);
    }
    return true;
  }

  /** Settings that a new conversation begins with: those used last. */
  get lastSettings() {
    try {
      return readSettings(JSON.parse(localStorage.getItem(settingsName)));
    } catch {
      return defaultSettings();
    }
  }

  set lastSettings(settings) {
    localStorage.setItem(settingsName, JSON.stringify(settings));
  }

  export(conversations) {
    return JSON.stringify({ format, version: 1, conversations }, null, 1);
  }

  /** Takes in an exported file; what is there already is left as it is, what differs comes as a copy. */
  import(text) {
    const file = JSON.parse(text);
    if (file?.format !== format || file.version !== 1) {
      throw new Error(`format ${format}, version 1`);
    }
    const read = file.conversations.map(readConversation)
      .filter(({ id, changed }) => this.get(id)?.changed !== changed);
    for (const conversation of read) {
      this.save(this.get(conversation.id) ? { ...conversation, id: newId() } : conversation);
    }
    return read.length;
  }
}

/** Takes from a stored or imported conversation what belongs to one, and nothing else. */
function readConversation(json) {
  const root = readTree(json);
  return {
    id: text(json.id),
    title: text(json.title),
    created: number(json.created),
    changed: number(json.changed),
    settings: readSettings(json.settings),
    children: root.children,
    chosen: root.chosen,
  };
}

function readMessage(json) {
  if (json.role !== "user" && json.role !== "assistant") {
    throw new TypeError(`role ${json.role}`);
  }
  return {
    role: json.role,
    text: text(json.text),
    // A message that was being written when the page closed is not written any more.
    state: states.includes(json.state) ? json.state : "stopped",
    ...(typeof json.model === "string" && { model: json.model }),
    ...(typeof json.finish === "string" && { finish: json.finish }),
    ...(json.error && { error: { message: text(json.error.message), detail: text(json.error.detail) } }),
    ...(json.stats && { stats: readStats(json.stats) }),
    ...readTree(json),
  };
}

function readTree(json) {
  const children = json.children.map(readMessage);
  const last = Math.max(0, children.length - 1);
  return { children, chosen: Math.min(last, Math.max(0, Math.trunc(number(json.chosen)))) };
}

function readStats(json) {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, number(value)]));
}

function text(value) {
  if (typeof value !== "string") {
    throw new TypeError(`${JSON.stringify(value)} ≠ string`);
  }
  return value;
}

function number(value) {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new TypeError(`${JSON.stringify(value)} ≠ number`);
  }
  return value;
}
