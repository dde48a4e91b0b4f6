import { EventParser } from "./events.js";
import { say } from "./text.js";

const keyName = "puyu.key";

/** Why a request failed, in the reader's words and in the server's. */
export class ApiError extends Error {
  constructor(message, detail = "") {
    super(message);
    this.detail = detail;
  }
}

export const hasKey = () => sessionStorage.getItem(keyName) !== null;

export const forgetKey = () => sessionStorage.removeItem(keyName);

/** The server. It is the one that the page came from, wherever its addresses begin. */
export class Api {
  #askKey;
  #asked = null;

  /** @param askKey Asks the user; told whether a key was refused; gives null if there is none. */
  constructor(askKey) {
    this.#askKey = askKey;
  }

  async models() {
    const response = await this.#fetch("v1/models", {});
    return (await readJson(response)).data ?? [];
  }

  /** Streams a chat: yields the chunks; ends, or throws, where the stream does. */
  async *chat(body, signal) {
    const response = await this.#fetch("v1/chat/completions", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    const parser = new EventParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await read(reader, signal);
      if (done) {
        return;
      }
      for (const data of parser.push(value)) {
        if (data === "[DONE]") {
          return;
        }
        yield readChunk(data);
      }
    }
  }

  async #fetch(address, options) {
    for (;;) {
      const key = sessionStorage.getItem(keyName);
      const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
      let response;
      try {
        response = await fetch(address, { ...options, headers });
      } catch (failure) {
        throw options.signal?.aborted ? failure : new ApiError(say("unreachable"));
      }
      if (response.ok) {
        return response;
      }
      if (response.status !== 401) {
        throw await describe(response);
      }
      await this.#obtainKey(key);
    }
  }

  /** Asks once, however many requests wait for the answer. */
  async #obtainKey(refused) {
    if (sessionStorage.getItem(keyName) !== refused) {
      return;
    }
    this.#asked ??= this.#askKey(refused !== null).finally(() => {
      this.#asked = null;
    });
    const key = await this.#asked;
    if (key === null) {
      throw new ApiError(say("needsKey"));
    }
    sessionStorage.setItem(keyName, key);
  }
}

async function read(reader, signal) {
  try {
    return await reader.read();
  } catch (failure) {
    throw signal.aborted ? failure : new ApiError(say("brokenOff"));
  }
}

function readChunk(data) {
  let chunk;
  try {
    chunk = JSON.parse(data);
  } catch {
    throw new ApiError(say("notUnderstood"), data.slice(0, 200));
  }
  if (chunk.error) {
    throw new ApiError(say("serverFailed"), chunk.error.message);
  }
  return chunk;
}

async function readJson(response) {
  try {
    return await response.json();
  } catch {
    throw new ApiError(say("notUnderstood"));
  }
}

async function describe(response) {
  const error = await response.json().then((body) => body.error ?? body, () => ({}));
  return new ApiError(summary(response, error), error.message ?? `HTTP ${response.status}`);
}

function summary(response, error) {
  if (error.code === "context_length_exceeded") {
    return say("tooLong");
  }
  if (error.code === "model_not_found") {
    return say("unknownModel");
  }
  if (response.status === 429 || response.status === 503) {
    const wait = response.headers.get("Retry-After");
    return wait ? `${say("busy")} ${say("tryIn", wait)}` : say("busy");
  }
  return response.status >= 500 ? say("serverFailed") : say("refused");
}
