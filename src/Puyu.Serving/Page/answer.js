import { ApiError } from "./api.js";
import { historyBefore } from "./conversation.js";
import { say } from "./text.js";

/**
 * Has the model write a message.
 *
 * @param changed Called whenever the message has changed.
 * @param signal Stops the writing; what is written stays.
 */
export async function answer(api, conversation, message, changed, signal) {
  const { model, parameters } = conversation.settings;
  const body = {
    model,
    messages: historyBefore(conversation, message),
    stream: true,
    stream_options: { include_usage: true },
    ...parameters,
  };
  Object.assign(message, { text: "", state: "writing", model, stats: undefined, finish: undefined, error: undefined });
  const clock = new Clock();
  try {
    for await (const chunk of api.chat(body, signal)) {
      take(chunk, message, clock);
      changed();
    }
    if (!message.finish) {
      throw new ApiError(say("brokenOff"));
    }
    message.state = "done";
  } catch (failure) {
    if (signal.aborted) {
      message.state = "stopped";
    } else {
      message.state = "failed";
      message.error = { message: failure.message, detail: failure.detail ?? "" };
    }
  }
  changed();
}

function take(chunk, message, clock) {
  const choice = chunk.choices?.[0];
  const text = choice?.delta?.content;
  if (text) {
    message.text += text;
    clock.tick();
  }
  if (choice?.finish_reason) {
    message.finish = choice.finish_reason;
  }
  if (chunk.usage) {
    message.stats = clock.statistics(chunk.usage);
  }
}

/** When the tokens came. */
class Clock {
  #begun = performance.now();
  #first = 0;
  #last = 0;

  tick() {
    this.#last = performance.now();
    this.#first ||= this.#last;
  }

  /** Counts and times; the rate is that of the tokens after the first. */
  statistics(usage) {
    const seconds = (this.#last - this.#first) / 1000;
    const later = usage.completion_tokens - 1;
    return {
      prompt: usage.prompt_tokens,
      cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
      completion: usage.completion_tokens,
      ...(this.#first > 0 && { firstToken: (this.#first - this.#begun) / 1000 }),
      ...(later > 0 && seconds > 0 && { rate: later / seconds }),
    };
  }
}
