// Visitors' photos, kept in their own browser: a link names one, and only this browser can show it again.

const KEPT = 8;
const STORE = "photos";

/** @returns {Promise<IDBDatabase>} */
const database = () =>
  answer(() => {
    const request = indexedDB.open("attention-lab", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return request;
  });

/**
 * @template Result
 * @param {() => IDBRequest<Result>} ask
 * @returns {Promise<Result>}
 */
const answer = (ask) =>
  new Promise((resolve, reject) => {
    const request = ask();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {IDBTransactionMode} mode */
const store = async (mode) => (await database()).transaction(STORE, mode).objectStore(STORE);

/**
 * Keep a photo of the server's by its name, the last few of them; where the browser keeps nothing, links lose it.
 * @param {string} name
 * @param {string} file its address
 */
export async function keep(name, file) {
  try {
    const before = await store("readonly");
    if (await answer(() => before.getKey(name))) return;
    const response = await fetch(new URL(file, document.baseURI));
    if (!response.ok) return;
    const photo = await response.blob();
    const photos = await store("readwrite");
    photos.put({ photo, time: Date.now(), file: file.split("/").pop() }, name);
    const all = /** @type {{time: number}[]} */ (await answer(() => photos.getAll()));
    const keys = await answer(() => photos.getAllKeys());
    const old = keys.map((key, at) => ({ key, time: all[at].time })).sort((one, other) => other.time - one.time);
    for (const { key } of old.slice(KEPT)) photos.delete(key);
  } catch (error) {
    console.warn(error);
  }
}

/**
 * A kept photo, uploaded again under its name: the file as the server takes it; null where this browser does not have it.
 * @param {string} name
 * @returns {Promise<{path: string} | null>}
 */
export async function kept(name) {
  try {
    const photos = await store("readonly");
    const found = await answer(() => photos.get(name));
    if (!found) return null;
    const form = new FormData();
    form.append("files", found.photo, found.file ?? "photo");
    const response = await fetch(new URL("gradio_api/upload", document.baseURI), { method: "POST", body: form });
    return response.ok ? { path: (await response.json())[0] } : null;
  } catch (error) {
    console.warn(error);
    return null;
  }
}
