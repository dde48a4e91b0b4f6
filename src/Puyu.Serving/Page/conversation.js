// A conversation is a tree: a message that was edited or answered again has siblings, and each place remembers which
// of its children is shown. { id, title, created, changed, settings, children, chosen }, and each message
// { role, text, state, children, chosen, model?, stats?, finish?, error? }.

const titleLength = 60;

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function newConversation(settings) {
  const now = Date.now();
  return { id: newId(), title: "", created: now, changed: now, settings, children: [], chosen: 0 };
}

/** The messages that are shown, first to last. */
export function shownMessages(conversation) {
  const shown = [];
  for (let at = conversation; at.children.length > 0;) {
    at = at.children[at.chosen];
    shown.push(at);
  }
  return shown;
}

/** Puts a message after another, or first, and shows it. */
export function addMessage(parent, role, text, state = "done") {
  const message = { role, text, state, children: [], chosen: 0 };
  parent.children.push(message);
  parent.chosen = parent.children.length - 1;
  return message;
}

/** What a shown message comes after. */
export function parentOf(conversation, message) {
  const shown = [conversation, ...shownMessages(conversation)];
  return shown[shown.indexOf(message) - 1];
}

/** Removes a message and what follows it; returns what puts it back. */
export function removeMessage(parent, message) {
  const index = parent.children.indexOf(message);
  const { chosen } = parent;
  parent.children.splice(index, 1);
  parent.chosen = Math.max(0, Math.min(chosen, parent.children.length - 1));
  return () => {
    parent.children.splice(index, 0, message);
    parent.chosen = index;
  };
}

/** What the model is told: the system prompt and the shown messages before one. */
export function historyBefore(conversation, message) {
  const shown = shownMessages(conversation);
  const before = shown.slice(0, shown.indexOf(message)).filter((earlier) => earlier.text !== "");
  const system = conversation.settings.system.trim();
  return [
    ...(system ? [{ role: "system", content: system }] : []),
    ...before.map(({ role, text }) => ({ role, content: text })),
  ];
}

export function titleFrom(text) {
  const line = text.trim().split("\n", 1)[0];
  const characters = Array.from(line);
  return characters.length > titleLength ? `${characters.slice(0, titleLength - 1).join("").trimEnd()}…` : line;
}

/** Whether any message, shown or not, or the title contains the words. */
export function mentions(conversation, words) {
  const sought = words.toLowerCase();
  const left = [...conversation.children];
  let found = conversation.title.toLowerCase().includes(sought);
  while (!found && left.length > 0) {
    const message = left.pop();
    found = message.text.toLowerCase().includes(sought);
    left.push(...message.children);
  }
  return found;
}
