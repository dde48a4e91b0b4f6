import { answer } from "./answer.js";
import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { addMessage, newConversation, parentOf, removeMessage, shownMessages, titleFrom } from "./conversation.js";
import { byId, element, fillIn, toast } from "./dom.js";
import { askKey } from "./key.js";
import { SettingsPanel } from "./settings.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { language, say } from "./text.js";
import { Thread } from "./thread.js";

const saveEvery = 1000;

document.documentElement.lang = language;
fillIn(document);

const api = new Api(askKey);
const store = new Store();
const running = new Map();
let models = [];
let current = newConversation(store.lastSettings);

const composer = new Composer({ send, stop: () => stop(current) });
const thread = new Thread({ regenerate, retry, edit, remove: removeShown, choose });
const settings = new SettingsPanel(settingsChanged);
const sidebar = new Sidebar(store, {
  open,
  create: () => open(newConversation(store.lastSettings)),
  remove: removeConversation,
  changed: (conversation) => {
    save(conversation);
    showTitle();
  },
  imported: () => sidebar.show(current),
});

function open(conversation) {
  current = conversation;
  history.replaceState(null, "", store.get(conversation.id) ? `#${conversation.id}` : location.pathname);
  show();
  settings.show(current.settings, modelOf(current));
  showModels();
  composer.focus();
}

function show() {
  const busy = running.has(current.id);
  thread.show(current, busy);
  composer.show(busy);
  sidebar.show(current);
  showTitle();
}

function showTitle() {
  byId("title").textContent = current.title || say("untitled");
  document.title = current.title ? `${current.title} – Puyu` : "Puyu";
}

function send(text) {
  const shown = shownMessages(current);
  addMessage(shown.at(-1) ?? current, "user", text);
  current.title ||= titleFrom(text);
  thread.toEnd();
  answerLast(current);
}

function regenerate(message) {
  write(current, addMessage(parentOf(current, message), "assistant", "", "writing"));
}

function retry(message) {
  write(current, message);
}

function edit(message, text) {
  addMessage(parentOf(current, message), "user", text);
  answerLast(current);
}

function answerLast(conversation) {
  write(conversation, addMessage(shownMessages(conversation).at(-1), "assistant", "", "writing"));
}

/** Has a message written; the reader may look at other conversations meanwhile. */
async function write(conversation, message) {
  const control = new AbortController();
  running.set(conversation.id, control);
  conversation.changed = Date.now();
  let saved = performance.now();
  const changed = () => {
    thread.refresh(message);
    if (performance.now() - saved > saveEvery && store.get(conversation.id)) {
      saved = performance.now();
      save(conversation);
    }
  };
  const writing = answer(api, conversation, message, changed, control.signal);
  save(conversation);
  if (conversation === current) {
    history.replaceState(null, "", `#${conversation.id}`);
    show();
  }
  await writing;
  running.delete(conversation.id);
  conversation.changed = Date.now();
  if (store.get(conversation.id)) {
    save(conversation);
  }
  byId("announcer").textContent = { done: say("answered"), stopped: say("stopped") }[message.state] ?? "";
  if (conversation === current) {
    show();
  } else {
    sidebar.show(current);
  }
}

function stop(conversation) {
  running.get(conversation.id)?.abort();
}

function removeShown(message) {
  const conversation = current;
  const putBack = removeMessage(parentOf(conversation, message), message);
  changedShown(conversation);
  toast(say("messageDeleted"), say("undo"), () => {
    putBack();
    changedShown(conversation);
  });
}

function choose(message, index) {
  parentOf(current, message).chosen = index;
  changedShown(current);
}

function changedShown(conversation) {
  conversation.changed = Date.now();
  save(conversation);
  show();
}

function removeConversation(conversation) {
  stop(conversation);
  store.remove(conversation.id);
  if (conversation === current) {
    open(newConversation(store.lastSettings));
  } else {
    sidebar.show(current);
  }
  toast(say("conversationDeleted"), say("undo"), () => {
    save(conversation);
    open(conversation);
  });
}

function save(conversation) {
  try {
    store.save(conversation);
  } catch {
    toast(say("storageFull"));
  }
}

function settingsChanged() {
  store.lastSettings = current.settings;
  if (store.get(current.id)) {
    save(current);
  }
}

const modelOf = (conversation) => models.find(({ id }) => id === conversation.settings.model);

function showModels() {
  if (!modelOf(current) && models.length > 0) {
    current.settings.model = models[0].id;
  }
  const select = byId("model");
  select.replaceChildren(...models.map(({ id }) => element("option", { value: id }, id)));
  select.value = current.settings.model;
  select.hidden = models.length === 0;
  settings.show(current.settings, modelOf(current));
}

async function loadModels() {
  try {
    models = await api.models();
    showModels();
  } catch (failure) {
    toast(failure.detail ? `${failure.message} ${failure.detail}` : failure.message, say("retry"), loadModels);
  }
}

byId("model").addEventListener("change", (event) => {
  current.settings.model = event.target.value;
  settingsChanged();
  settings.show(current.settings, modelOf(current));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open], :popover-open")) {
    return;
  }
  if (running.has(current.id)) {
    stop(current);
  } else if (settings.isOpen) {
    settings.close();
  } else if (sidebar.isOpen) {
    sidebar.close();
  }
});

// Another tab wrote: its conversations show here too, but never under an answer that is being written.
window.addEventListener("storage", (event) => {
  if (!store.reload(event.key)) {
    return;
  }
  if (store.get(current.id) && !running.has(current.id)) {
    current = store.get(current.id);
    show();
  } else {
    sidebar.show(current);
  }
});

window.addEventListener("pagehide", () => {
  for (const conversation of store.list().filter(({ id }) => running.has(id))) {
    save(conversation);
  }
});

open(store.get(location.hash.slice(1)) ?? current);
loadModels();
