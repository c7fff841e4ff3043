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

const settled = async (promise) => {
  const late = new Promise((done) => setTimeout(done, 20, "waits"));
  return (await Promise.race([promise.then(() => "goes on"), late])) === "goes on";
};

for (const way of ["end", "fail"]) {
  test(`a question that found its stream ended waits for the page to read that, by ${way}`, async () => {
    const { fetch, ...server } = made();
    const stream = await fetch("/queue/data");
    assert.ok(await settled(fetch("/queue/join/open")));
    const question = fetch("/queue/join");
    assert.ok(!(await settled(question)));
    server.say("last words");
    assert.ok(!(await settled(question)));
    server[way]();
    assert.ok(await settled(question));
    if (way === "end") assert.equal(await stream.text(), "last words");
    assert.ok(await settled(fetch("/queue/join")));
  });
}

test("a question before any stream waits for nothing", async () => {
  assert.ok(await settled(made().fetch("/queue/join")));
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
