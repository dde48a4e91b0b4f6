/** How tokens can be drawn: range and step of each parameter, and where its slider ends. */
export const parameters = [
  { name: "temperature", least: 0, most: 2, step: 0.05 },
  { name: "top_p", least: 0.01, most: 1, step: 0.01 },
  { name: "top_k", least: 0, most: 200, step: 1 },
  { name: "min_p", least: 0, most: 1, step: 0.01 },
  { name: "max_tokens", least: 1, most: 4096, step: 1 },
  { name: "repetition_penalty", least: 0.8, most: 2, step: 0.01 },
  { name: "seed", least: 0, most: Number.MAX_SAFE_INTEGER, step: 1, slides: false },
];

/** No model and no parameters of one's own: all as the server has it. */
export const defaultSettings = () => ({ model: "", system: "", parameters: {} });

/** Takes from stored settings what belongs to them. */
export function readSettings(json) {
  const settings = defaultSettings();
  if (typeof json?.model === "string") {
    settings.model = json.model;
  }
  if (typeof json?.system === "string") {
    settings.system = json.system;
  }
  for (const { name, least, most } of parameters) {
    const value = json?.parameters?.[name];
    if (typeof value === "number" && value >= least && value <= most) {
      settings.parameters[name] = value;
    }
  }
  return settings;
}
