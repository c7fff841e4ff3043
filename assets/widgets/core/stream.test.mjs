import assert from "node:assert/strict";
import { test } from "node:test";
import { withPatience, withWholeStreams } from "./stream.js";

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

/** A server that fails so often before it answers; `back` is when the page finds it there again. */
function failing(answer, times = 1) {
  const server = { lost: 0, asked: 0 };
  server.fetch = withPatience(
    async () => {
      server.asked += 1;
      if (server.asked <= times) throw new TypeError("Failed to fetch");
      return answer();
    },
    () => {
      server.lost += 1;
      return new Promise((back) => {
        server.back = back;
      });
    },
  );
  return server;
}

for (const path of ["/queue/join", "/run/predict"]) {
  test(`a question to ${path} waits until the server is back, and is sent then`, async () => {
    const server = failing(() => new Response("asked"));
    const question = server.fetch(path);
    assert.ok(await waits(question));
    assert.equal(server.asked, 1);
    server.back();
    assert.equal(await (await question).text(), "asked");
  });
}

test("a question that a proxy answers for a server that is away waits too", async () => {
  const answers = [new Response("Bad Gateway", { status: 502 }), new Response("asked")];
  const server = failing(() => answers.shift(), 0);
  const question = server.fetch("/queue/join");
  assert.ok(await waits(question));
  server.back();
  assert.equal(await (await question).text(), "asked");
});

test("what is asked beside fails at once, and the page is told; what was given up is not told", async () => {
  const server = failing(() => new Response(""));
  await assert.rejects(server.fetch("/file"));
  assert.equal(server.lost, 1);
  const given = withPatience(
    () => Promise.reject(new DOMException("given up", "AbortError")),
    () => assert.fail("the server is there"),
  );
  await assert.rejects(given("/queue/join"));
});

const ENDED = /^data: {"msg":"unexpected_error".*}\n\ndata: {"msg":"close_stream"}\n\n$/;

for (const [how, parts, shown] of [
  ["is lost", ['data: {"msg":"a"}\n\nda', new Error("lost")], 'data: {"msg":"a"}\n\n'],
  ["just stops", ['data: {"msg":"a"}\n\n'], 'data: {"msg":"a"}\n\n'],
  ["is of a server that does not know the question", ['data: {"msg":"x","session_not_found":true}\n\n'], ""],
]) {
  test(`a stream that ${how} ends with whole messages, as a failure of what was asked`, async () => {
    const server = failing(() => new Response(streamOf(parts)), 0);
    const said = await (await server.fetch("/queue/data")).text();
    assert.ok(said.startsWith(shown));
    assert.match(said.slice(shown.length), ENDED);
    assert.equal(server.lost, 1);
  });
}

test("a stream that ends as Gradio ends it is passed on as it is, in whatever pieces it comes", async () => {
  const said = 'data: {"msg":"词"}\n\ndata: {"msg":"close_stream"}\n\n';
  const bytes = new TextEncoder().encode(said);
  const server = failing(() => new Response(streamOf([bytes.slice(0, 14), bytes.slice(14, 30), bytes.slice(30)])), 0);
  assert.equal(await (await server.fetch("/queue/data")).text(), said);
  assert.equal(server.lost, 0);
});

test("a stream that does not begin is one that ends at once", async () => {
  for (const server of [failing(() => new Response("", { status: 502 }), 0), failing(() => assert.fail())]) {
    assert.match(await (await server.fetch("/queue/data")).text(), ENDED);
    assert.equal(server.lost, 1);
  }
});

test("a question that is meant for a server of before waits until this one knows the page", async () => {
  const said = [];
  let known = false;
  const fetch = withPatience(
    async (_, { headers }) => {
      said.push(headers.get("lab-server"));
      const isOther = said.length === 3;
      return new Response(isOther ? "" : "asked", {
        status: isOther ? 409 : 200,
        headers: { "lab-server": said.length < 3 ? "before" : "new" },
      });
    },
    async (isThere) => {
      known = isThere;
    },
  );
  await fetch("/queue/join", { headers: { a: "b" } });
  await fetch("/queue/join");
  assert.ok(!known);
  assert.equal(await (await fetch("/queue/join")).text(), "asked");
  assert.ok(known);
  assert.deepEqual(said, [null, "before", "before", "new"]);
});

/** A body of these parts; an error breaks it off. */
function streamOf(parts) {
  const left = [...parts];
  return new ReadableStream({
    pull: (stream) => {
      const part = left.shift();
      if (part === undefined) stream.close();
      else if (part instanceof Error) stream.error(part);
      else stream.enqueue(typeof part === "string" ? new TextEncoder().encode(part) : part);
    },
  });
}
