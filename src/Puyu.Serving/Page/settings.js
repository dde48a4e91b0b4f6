import { forgetKey, hasKey } from "./api.js";
import { byId, element, fitHeight } from "./dom.js";
import { parameters } from "./parameters.js";
import { say } from "./text.js";

const themeName = "puyu.theme";

/** The panel with what the model is told and how its tokens are drawn. */
export class SettingsPanel {
  #changed;
  #panel = byId("settings");
  #opener = byId("open-settings");

  /** @param changed Told when the conversation's settings have changed. */
  constructor(changed) {
    this.#changed = changed;
    this.#opener.addEventListener("click", () => this.#open(this.#panel.hidden));
    byId("close-settings").addEventListener("click", () => this.close());
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  close() {
    this.#open(false);
    this.#opener.focus();
  }

  /** Shows settings. @param model What the server says of the model; undefined if it does not know it. */
  show(settings, model) {
    byId("settings-body").replaceChildren(
      this.#system(settings),
      element(
        "section", {},
        element("h3", {}, say("parameters")),
        ...parameters.map((parameter) => this.#parameter(settings, parameter, model)),
        element("button", {
          type: "button",
          class: "quiet-button",
          click: () => {
            settings.parameters = {};
            this.#changed();
            this.show(settings, model);
          },
        }, say("toDefaults"))),
      themeChoice(),
      ...about(model),
      ...(hasKey() ? [this.#forget(settings, model)] : []));
    const area = byId("system");
    if (!this.#panel.hidden) {
      fitHeight(area);
    }
  }

  #open(open) {
    this.#panel.hidden = !open;
    this.#opener.setAttribute("aria-expanded", open);
    document.body.classList.toggle("settings-open", open);
    if (open) {
      fitHeight(byId("system"));
      byId("close-settings").focus();
    }
  }

  #system(settings) {
    const area = element("textarea", { id: "system", rows: "3", placeholder: say("systemHint") });
    area.value = settings.system;
    area.addEventListener("input", () => {
      settings.system = area.value;
      fitHeight(area);
      this.#changed();
    });
    return element("section", {}, element("label", { for: "system", class: "section-label" }, say("system")), area);
  }

  #parameter(settings, { name, least, most, step, slides = true }, model) {
    const usual = model?.sampling?.[name];
    const top = name === "max_tokens" && model?.max_model_len ? model.max_model_len : most;
    const number = element("input", {
      id: `parameter-${name}`, type: "number", min: least, max: top, step: step === 1 ? 1 : "any",
      placeholder: name === "seed" ? say("random") : usual ?? say("asServer"),
    });
    const slider = element("input", {
      type: "range", min: least, max: top, step, "aria-label": say(name), tabindex: "-1",
    });
    const row = element("div", { class: "parameter" });
    const showValue = () => {
      const value = settings.parameters[name];
      row.classList.toggle("own", value !== undefined);
      slider.value = value ?? usual ?? (name === "max_tokens" ? top : least);
    };
    const take = (value) => {
      if (value === "" || !number.checkValidity()) {
        delete settings.parameters[name];
      } else {
        settings.parameters[name] = Number(value);
      }
      showValue();
      this.#changed();
    };
    number.value = settings.parameters[name] ?? "";
    number.addEventListener("input", () => take(number.value));
    slider.addEventListener("input", () => {
      number.value = slider.value;
      take(slider.value);
    });
    row.append(element("label", { for: number.id }, say(name)), number, ...(slides ? [slider] : []));
    showValue();
    return row;
  }

  #forget(settings, model) {
    return element("section", {}, element("button", {
      type: "button",
      class: "quiet-button",
      click: () => {
        forgetKey();
        this.show(settings, model);
      },
    }, say("forgetKey")));
  }
}

function themeChoice() {
  const chosen = localStorage.getItem(themeName) ?? "system";
  const choices = Object.entries(say("themes")).map(([theme, label]) => {
    const radio = element("input", { type: "radio", name: "theme", value: theme, change: () => setTheme(theme) });
    radio.checked = theme === chosen;
    return element("label", {}, radio, element("span", {}, label));
  });
  return element(
    "section", {}, element("h3", { id: "theme-label" }, say("theme")),
    element("div", { class: "segments", role: "radiogroup", "aria-labelledby": "theme-label" }, ...choices));
}

function setTheme(theme) {
  if (theme === "system") {
    localStorage.removeItem(themeName);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(themeName, theme);
    document.documentElement.dataset.theme = theme;
  }
}

function about(model) {
  if (!model) {
    return [];
  }
  const facts = [
    model.max_model_len && say("context", model.max_model_len),
    model.weights && say("weights", model.weights),
    model.cache && say("cache", model.cache),
  ].filter(Boolean);
  return [element(
    "section", { class: "about" }, element("h3", {}, say("about")),
    element("p", { class: "about-name" }, model.id), ...facts.map((fact) => element("p", {}, fact)))];
}
