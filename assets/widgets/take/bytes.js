// Bytes as text.

/**
 * A blob as "data:type;base64,…".
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
export const dataUrl = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

/** @type {(bytes: Uint8Array<ArrayBuffer>) => Promise<string>} */
export const base64 = async (bytes) => (await dataUrl(new Blob([bytes]))).split(",")[1] ?? "";
