// Calls of the reference server, typed by the contract: what does not fit the types does not compile.

import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { components, paths } from "./contract.js";

type Chunk = components["schemas"]["ChatCompletionChunk"];

const baseUrl = process.argv[2] ?? "";
const root = baseUrl.replace(/\/v1$/, "");
const headers = { Authorization: "Bearer sk-ok" };
const openai = createClient<paths>({ baseUrl, headers });
const anthropic = createClient<paths>({ baseUrl: `${root}/anthropic`, headers });
const gemini = createClient<paths>({ baseUrl: `${root}/gemini`, headers });

const model = "gpt-4o-mini";
const messages = [{ role: "user" as const, content: "Say hello." }];
const answer = "You said: Say hello.";

const models = await openai.GET("/models");
assert(models.data?.data.some((one) => one.id === model));
console.log("models");

const chat = await openai.POST("/chat/completions", { body: { model, messages } });
assert(typeof chat.data === "object");
assert.equal(chat.data.choices[0]?.message.content, answer);
console.log("chat");

const streamed = await openai.POST("/chat/completions", { body: { model, messages, stream: true }, parseAs: "text" });
assert(typeof streamed.data === "string");
const events = streamed.data.trimEnd().split("\n\n");
assert.equal(events.pop(), "data: [DONE]");
const chunks = events.map((event): Chunk => JSON.parse(event.replace("data: ", "")));
assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), answer);
console.log("stream");

const vectors = await openai.POST("/embeddings", { body: { model: "text-embedding-3-small", input: "heron" } });
assert.equal(vectors.data?.data.length, 1);
console.log("embeddings");

const refused = await openai.POST("/chat/completions", { body: { model: "no-such-model", messages } });
assert.equal(refused.response.status, 404);
assert.equal(refused.error?.error.code, "model_not_found");
console.log("refused");

const message = await anthropic.POST("/v1/messages", {
  params: { header: { "anthropic-version": "2023-06-01" } },
  body: { model, messages, max_tokens: 64 },
});
assert(typeof message.data === "object");
const block = message.data.content[0];
assert(block && "text" in block && block.text === answer);
console.log("anthropic");

const generated = await gemini.POST("/v1beta/models/{model}:generateContent", {
  params: { path: { model } },
  body: { contents: [{ role: "user", parts: [{ text: "Say hello." }] }] },
});
assert.equal(generated.data?.candidates?.[0]?.content?.parts?.[0]?.text, answer);
console.log("gemini");
