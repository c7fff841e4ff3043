// Gradio's stream of answers: no question may fall between the end of one stream and the beginning of the next, or be
// lost with the connection.

const ANSWERS = "/queue/data";
/** What is asked through the queue, and what is answered at once. */
const QUESTION = /\/queue\/join$|\/run\/[^/]+\/?$/;
/** The header that names a server, and how one answers a question that is meant for another. */
const [SERVER, OTHER] = ["lab-server", 409];
/** What a proxy answers for a server that is not there. */
const ABSENT = [502, 503, 504];
/** Milliseconds between two looks whether the server is back. */
const PAUSE = 1000;
/** What a server says of a page whose question it does not know: it was started anew in between. */
const UNKNOWN = '"session_not_found":true';
/** A failure of all that is asked, and the end of the stream, as Gradio's server sends them. */
const ENDED = 'data: {"msg":"unexpected_error","message":"","success":false}\n\ndata: {"msg":"close_stream"}\n\n';

/** @param {RequestInfo | URL} request */
const pathOf = (request) =>
  new URL(request instanceof Request ? request.url : request, globalThis.document?.baseURI ?? "http://lab").pathname;

/** The end of the stream that was opened last. */
let ended = Promise.resolve();

/**
 * Where the server says that a question found its stream ended, the question waits until the page has read that end too;
 * then Gradio's client opens a new one. It would wait for ever on a stream that it takes for open.
 * @param {typeof fetch} fetchNow
 * @returns {typeof fetch}
 */
export const withWholeStreams = (fetchNow) => async (request, options) => {
  const response = await fetchNow(request, options);
  if (response.headers.get("lab-stream") === "ended") await ended;
  if (!response.body || !pathOf(request).endsWith(ANSWERS)) return response;
  const [read, watched] = response.body.tee();
  ended = watched
    .pipeTo(new WritableStream())
    .catch(() => {})
    .then(() => new Promise((rest) => setTimeout(rest)));
  return new Response(read, response);
};

/** Which server answers: another one has another name.
 * @type {string | null} */
let server = null;

/**
 * A page goes on when the server was out of reach, or another one has taken its place. Gradio's client, once it has lost
 * an answer, does nothing more until the page is loaded anew. So a question waits until the server is back and knows this
 * page, and is sent then; and a stream of answers that breaks off ends like others, with a failure of what was asked.
 * @param {typeof fetch} fetchNow
 * @param {(isThere: boolean) => Promise<void>} lost waits until the server is back, or there, and knows this page
 * @returns {typeof fetch}
 */
export const withPatience = (fetchNow, lost) => async (request, options) => {
  const path = pathOf(request);
  const [asks, listens] = [QUESTION.test(path), path.endsWith(ANSWERS)];
  for (;;) {
    try {
      const response = await fetchNow(request, asks ? named(options) : options);
      if (listens ? !response.ok : asks && ABSENT.includes(response.status)) throw new TypeError(`${response.status}`);
      if (listens) return new Response(whole(response, lost), response);
      if (asks) server = response.headers.get(SERVER) ?? server;
      if (!asks || response.status !== OTHER) return response;
      await lost(true);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it was given up
      const back = lost(false);
      if (listens) return new Response(ENDED);
      if (!asks) throw error;
      await back;
    }
  }
};

/** A question with the name of the server that it is meant for. @param {RequestInit} [options] @returns {RequestInit} */
function named(options) {
  const headers = new Headers(options?.headers);
  if (server) headers.set(SERVER, server);
  return { ...options, headers };
}

/**
 * The messages of a stream of answers; after the last whole one, where Gradio's end of it is missing, that end.
 * @param {Response} response
 * @param {(isThere: boolean) => Promise<void>} lost
 * @returns {ReadableStream<Uint8Array>}
 */
function whole({ body }, lost) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
  let rest = "";
  let ended = false;
  return new ReadableStream({
    async pull(stream) {
      for (;;) {
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
        rest += decoder.decode(value, { stream: true });
        const end = rest.lastIndexOf("\n\n") + 2;
        const messages = rest.slice(0, end);
        if (done || messages.includes(UNKNOWN)) {
          if (!ended) {
            lost(false);
            stream.enqueue(encoder.encode(ENDED));
          }
          return stream.close();
        }
        if (end === 1) continue;
        rest = rest.slice(end);
        ended = messages.includes('"msg":"close_stream"');
        return stream.enqueue(encoder.encode(messages));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

const fetchNow = globalThis.fetch;
/** @type {(() => unknown)[]} */
const acts = [];
/** @type {Promise<void> | null} */
let returning = null;

/**
 * Call back when the server is back that could not be reached; what was asked meanwhile is sent after that.
 * @param {() => unknown} act
 */
export const whenBack = (act) => acts.push(act);

/** The page says that the server cannot be reached, until it is back. @param {boolean} isThere */
function lost(isThere) {
  returning ??= cameBack(isThere).finally(() => {
    returning = null;
  });
  return returning;
}

/** @param {boolean} isThere */
async function cameBack(isThere) {
  document.body.classList.toggle("lab-offline", !isThere);
  for (let there = isThere; !there; there = await answers()) await new Promise((rest) => setTimeout(rest, PAUSE));
  document.body.classList.remove("lab-offline");
  for (const act of acts) await act();
}

async function answers() {
  const response = await fetchNow(new URL("health", document.baseURI), { cache: "no-store" }).catch(() => null);
  server = response?.headers.get(SERVER) ?? server;
  return response?.ok ?? false;
}

globalThis.fetch = withWholeStreams(withPatience(fetchNow, lost));
