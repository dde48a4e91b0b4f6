// OpenAI's and Anthropic's own clients for JavaScript, unmodified, against the server. Each scenario asks for an answer
// by its name, and prints it once content.
//
//   node clients.mjs FOLDER URL      FOLDER: where the clients and zod are installed

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [folder, url] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const OpenAI = require("openai");
const Anthropic = require("@anthropic-ai/sdk");
const client = new OpenAI({ baseURL: `${url}v1`, apiKey: "right", maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: url.replace(/\/$/, ""), apiKey: "right", maxRetries: 0 });
const model = "scripted";
const ask = (scenario) => [{ role: "user", content: scenario }];
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather now.",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
};

const scenarios = {
  async create() {
    const completion = await client.chat.completions.create({ model, messages: ask("create") });
    assert.equal(completion.choices[0].message.content, "Hello, world.");
    assert.equal(completion.usage.completion_tokens, 4);
  },

  async stream() {
    const deltas = [];
    const stream = client.chat.completions.stream({ model, messages: ask("stream") });
    stream.on("content", (delta) => deltas.push(delta));
    const completion = await stream.finalChatCompletion();
    assert.deepEqual(deltas, ["Hello", ", ", "world", "."]);
    assert.equal(completion.choices[0].message.content, "Hello, world.");
    assert.equal(completion.choices[0].finish_reason, "stop");
  },

  async runTools() {
    const asked = [];
    const tool = { ...weather.function, parse: JSON.parse, function: ({ city }) => (asked.push(city), "rain") };
    const runner = client.chat.completions.runTools({
      model, messages: ask("runTools"), stream: true, tools: [{ type: "function", function: tool }],
    });
    assert.equal(await runner.finalContent(), "It rains.");
    assert.deepEqual(asked, ["上海"]);
  },

  async parse() {
    const { z } = require("zod");
    const { zodResponseFormat } = require("openai/helpers/zod");
    const format = zodResponseFormat(z.object({ city: z.string() }), "place");
    const completion = await client.chat.completions.parse({ model, messages: ask("parse"), response_format: format });
    assert.deepEqual(completion.choices[0].message.parsed, { city: "上海" });
  },

  async responses() {
    const response = await client.responses.create({ model, input: "hi" });
    assert.equal(response.output_text, "Hello, world.");
    const types = [];
    const stream = client.responses.stream({ model, input: "hi" });
    for await (const event of stream) types.push(event.type);
    assert.equal((await stream.finalResponse()).output_text, "Hello, world.");
    assert.equal(types.at(-1), "response.completed");
  },

  async completions() {
    let text = "";
    for await (const chunk of await client.completions.create({ model, prompt: "hi", stream: true })) {
      text += chunk.choices[0].text;
    }
    assert.equal(text, "Hello, world.");
  },

  async embeddings() {
    const { data } = await client.embeddings.create({ model, input: ["a", "bcd"] });
    assert.deepEqual(data[1].embedding, [0.5, -0.5, 0.5, 4]);
  },

  async models() {
    const ids = [];
    for await (const { id } of client.models.list()) ids.push(id);
    assert.deepEqual(ids, ["scripted", "pirate"]);
  },

  async errors() {
    const other = new OpenAI({ baseURL: `${url}v1`, apiKey: "wrong", maxRetries: 0 });
    await assert.rejects(other.models.list(), OpenAI.AuthenticationError);
    await assert.rejects(
      client.chat.completions.create({ model: "gpt", messages: ask("errors") }),
      (error) => error instanceof OpenAI.NotFoundError && error.code === "model_not_found" && error.param === "model");
    await assert.rejects(
      client.chat.completions.create({ model, messages: [{ role: "user", content: "x".repeat(600) }] }),
      (error) => error instanceof OpenAI.BadRequestError && error.code === "context_length_exceeded");
  },

  async anthropicCreate() {
    const message = await anthropic.messages.create({ model, max_tokens: 9, messages: ask("anthropicCreate") });
    assert.deepEqual(message.content, [{ type: "text", text: "Hello, world." }]);
    assert.equal(message.stop_reason, "end_turn");
  },

  async anthropicStream() {
    const tools = [{ name: "weather", input_schema: { type: "object" } }];
    const stream = anthropic.messages.stream({ model, max_tokens: 9, messages: ask("anthropicTools"), tools });
    const message = await stream.finalMessage();
    assert.deepEqual(message.content[0].input, { city: "上海" });
    assert.equal(message.stop_reason, "tool_use");
  },

  async anthropicErrors() {
    await assert.rejects(
      anthropic.messages.create({ model: "gpt", max_tokens: 9, messages: ask("anthropicErrors") }),
      (error) => error instanceof Anthropic.NotFoundError && error.error.error.type === "not_found_error");
    await assert.rejects(
      anthropic.messages.stream({ model, max_tokens: 9, messages: ask("brokenStream") }).finalMessage(),
      Anthropic.AnthropicError);
  },

  async brokenStream() {
    await assert.rejects(async () => {
      for await (const chunk of await client.chat.completions.create({ model, messages: ask("brokenStream"), stream: true })) {
        assert.ok(chunk.choices);
      }
    }, OpenAI.APIError);
  },
};

for (const [scenario, run] of Object.entries(scenarios)) {
  await run();
  console.log(scenario);
}
