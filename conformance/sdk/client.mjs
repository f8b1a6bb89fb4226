// Runs the official client on behalf of the suite: one command a line in, one result a line out.
//
// The client's requests go out as {"fetch": ...} lines, and the recorded answers come back as lines. Nothing here
// connects to anything, and the key is a placeholder. NODE_PATH names the folder that holds the client.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.cwd() + "/"));
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

async function load() {
  const place = require.resolve("openai");
  return (await import(pathToFileURL(place))).OpenAI;
}

async function recorded(url, init = {}) {
  const headers = Object.fromEntries(new Headers(init.headers));
  say({ fetch: { url: String(url), method: init.method ?? "GET", headers, body: init.body ?? null } });
  const answer = JSON.parse((await lines.next()).value);
  if (answer.status === 0) throw new TypeError(`fetch failed: ${answer.broken}`);
  const chunks = answer.chunks.map((chunk) => Buffer.from(chunk, "base64"));
  const body = new ReadableStream({
    pull(controller) {
      if (chunks.length) controller.enqueue(new Uint8Array(chunks.shift()));
      else if (answer.broken) controller.error(new TypeError(`terminated: ${answer.broken}`));
      else controller.close();
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

const actions = {
  async create(client, body) {
    const completion = await client.chat.completions.create(body);
    return { content: completion.choices[0].message.content };
  },
  async stream(client, body) {
    const stream = await client.chat.completions.create(body);
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
    return { text };
  },
  async helper(client, body) {
    const completion = await client.chat.completions.stream(body).finalChatCompletion();
    const { message, finish_reason } = completion.choices[0];
    return { content: message.content, role: message.role, finish_reason, tool_calls: message.tool_calls ?? [] };
  },
  async models(client) {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    return { names };
  },
};

const OpenAI = await load().catch((error) => say({ missing: String(error.message).split("\n")[0] }));
if (OpenAI) say({ ready: true });
while (OpenAI) {
  const { value, done } = await lines.next();
  if (done) break;
  const { action, body, options, environment } = JSON.parse(value);
  Object.assign(process.env, environment);
  try {
    const client = new OpenAI({ ...options, maxRetries: 0, fetch: recorded });
    say({ result: await actions[action](client, body) });
  } catch (error) {
    const { status, code, type, param, message } = error;
    say({ raised: { name: error.constructor.name, status, code, type, param, message } });
  }
  for (const name of Object.keys(environment ?? {})) delete process.env[name];
}
