import assert from "node:assert/strict";
import { test } from "node:test";
import { withReach, withWholeStreams } from "./stream.js";

/** A server with a stream that is open until `end`. */
function made() {
  const server = {};
  const body = new ReadableStream({
    start: (stream) => {
      server.say = (words) => stream.enqueue(new TextEncoder().encode(words));
      server.end = () => stream.close();
      server.fail = () => stream.error(new Error("lost"));
    },
  });
  const answers = {
    "/queue/data": () => new Response(body),
    "/queue/join": () => new Response("{}", { headers: { "lab-stream": "ended" } }),
    "/queue/join/open": () => new Response("{}"),
  };
  server.fetch = withWholeStreams(async (path) =>
    Object.defineProperty(answers[path](), "url", { value: `http://lab${path}?session_hash=page` }),
  );
  return server;
}

/** Whether a promise is not kept within a while; what is kept is awaited, however busy the machine is. */
const waits = (promise) => {
  const late = new Promise((done) => setTimeout(done, 20, true));
  return Promise.race([promise.then(() => false), late]);
};
const timeout = 60_000;

for (const way of ["end", "fail"]) {
  test(`a question that found its stream ended waits for the page to read that, by ${way}`, { timeout }, async () => {
    const { fetch, ...server } = made();
    const stream = await fetch("/queue/data");
    await fetch("/queue/join/open");
    const question = fetch("/queue/join");
    assert.ok(await waits(question));
    server.say("last words");
    assert.ok(await waits(question));
    server[way]();
    await question;
    if (way === "end") assert.equal(await stream.text(), "last words");
    await fetch("/queue/join");
  });
}

test("a question before any stream waits for nothing", { timeout }, async () => {
  await made().fetch("/queue/join");
});

test("whether the server could be reached is told after each request, not after one that was given up", async () => {
  const told = [];
  const failing = (error) =>
    withReach(
      () => Promise.reject(error),
      (reached) => told.push(reached),
    );
  await withReach(
    async () => new Response(""),
    (reached) => told.push(reached),
  )("x");
  await assert.rejects(failing(new TypeError("Failed to fetch"))("x"));
  await assert.rejects(failing(new DOMException("given up", "AbortError"))("x"));
  assert.deepEqual(told, [true, false]);
});
