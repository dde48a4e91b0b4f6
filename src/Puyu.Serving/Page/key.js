import { byId } from "./dom.js";
import { say } from "./text.js";

/** Asks for the server's key. @returns The key; null if the user has none. */
export function askKey(refused) {
  const dialog = byId("key-dialog");
  const input = byId("key");
  byId("key-text").textContent = refused ? `${say("keyRefused")} ${say("keyText")}` : say("keyText");
  input.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    byId("key-form").onsubmit = () => resolve(input.value.trim() || null);
    byId("key-cancel").onclick = () => dialog.close();
    dialog.onclose = () => resolve(null);
  });
}
