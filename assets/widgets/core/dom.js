// Elements by hand: text reaches the page as text, never as markup.

/**
 * An element with properties; children are elements or plain text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/**
 * An SVG element with attributes.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/**
 * The one element of `root` that a CSS selector names; a template without it is a mistake.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no element ${selector}`);
  return found;
}

/**
 * The one canvas that a CSS selector names.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLCanvasElement}
 */
export function findCanvas(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLCanvasElement)) throw new Error(`no canvas ${selector}`);
  return found;
}

/**
 * A canvas for screen readers: a picture with a name, or nothing when it only lies over another one.
 * @param {string} className
 * @param {string} [label]
 * @returns {HTMLCanvasElement}
 */
export function canvasElement(className, label) {
  const canvas = element("canvas", { className });
  nameCanvas(canvas, label);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string} [label]
 */
export function nameCanvas(canvas, label) {
  if (label) canvas.setAttribute("role", "img");
  if (label) canvas.setAttribute("aria-label", label);
  else canvas.setAttribute("aria-hidden", "true");
}

/**
 * A sentence in the header's place for them, which has some of its own as data-*.
 * @param {(place: HTMLElement) => string} sentence
 */
export function sayInHeader(sentence) {
  const place = document.querySelector(".lab-said");
  if (place instanceof HTMLElement) place.textContent = sentence(place);
}

/**
 * The pen of a canvas.
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function penOf(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("this browser cannot draw on a canvas");
  return pen;
}

/** Whether the visitor has asked for less motion: then films go on by single steps. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Do again only what depends on something that changed: once(keys, act) acts unless all keys are those of its last call.
 * Keys are compared by identity. Where `act` throws, the next call acts again.
 * @returns {(keys: readonly unknown[], act: () => void) => void}
 */
export function whenChanged() {
  /** @type {readonly unknown[] | null} */
  let before = null;
  return (keys, act) => {
    if (before?.length === keys.length && keys.every((key, at) => Object.is(key, before?.[at]))) return;
    before = null;
    act();
    before = [...keys];
  };
}
