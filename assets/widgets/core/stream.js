// Gradio's stream of answers: no question may fall between the end of one stream and the beginning of the next.

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
  if (!response.body || !new URL(response.url).pathname.endsWith("/queue/data")) return response;
  const [read, watched] = response.body.tee();
  ended = watched
    .pipeTo(new WritableStream())
    .catch(() => {})
    .then(() => new Promise((rest) => setTimeout(rest)));
  return new Response(read, response);
};

/**
 * Tells after each request whether the server could be reached.
 * @param {typeof fetch} fetchNow
 * @param {(reached: boolean) => void} tell
 * @returns {typeof fetch}
 */
export const withReach = (fetchNow, tell) => async (request, options) => {
  try {
    const response = await fetchNow(request, options);
    tell(true);
    return response;
  } catch (error) {
    if (error instanceof Error && error.name !== "AbortError") tell(false);
    throw error;
  }
};

globalThis.fetch = withReach(withWholeStreams(globalThis.fetch), (reached) =>
  globalThis.document?.body?.classList.toggle("lab-offline", !reached),
);
