// The page's styles, as far as a sheet needs them.
import { element } from "../core/dom.js";
import { stylesReach } from "./view.js";

/** What a selector says of a state or of a part that no element is. */
const PSEUDO = /:{1,2}(?!is\b|not\b|where\b|has\b|root\b)[\w-]+(\([^()]*\))?/g;
const OWN = `body.lab-alone { margin: 0 auto; max-width: 1400px; padding: 16px; background: var(--body-background-fill);
color: var(--body-text-color); font-family: var(--font); } .lab-alone .lab-said { min-height: 24px; font-weight: 600; }`;

/**
 * The rules that style an element and the widgets in it, with the variables of light and dark; fonts are left out.
 * @param {HTMLElement} sheet
 */
export function stylesFor(sheet) {
  const place = element("div", { className: "lab-offstage" }, sheet.cloneNode(true));
  stylesReach().append(place);
  const seen = [...document.styleSheets].filter(({ media }) => matchMedia(media.mediaText).matches);
  const rules = seen.flatMap((styles) => [...styles.cssRules].map((rule) => needed(rule, place)));
  place.remove();
  return [...rules, OWN].filter(Boolean).join("\n").replaceAll("</style", "<\\/style");
}

/**
 * A rule's text; "" for one that nothing in `place` needs.
 * @type {(rule: CSSRule, place: Element) => string}
 */
function needed(rule, place) {
  if (rule instanceof CSSMediaRule) {
    const inner = [...rule.cssRules].map((one) => needed(one, place)).filter(Boolean);
    return inner.length ? `@media ${rule.conditionText} { ${inner.join("\n")} }` : "";
  }
  if (!(rule instanceof CSSStyleRule)) return "";
  const always = /lab-|:root|\.dark|^body/.test(rule.selectorText);
  return always || isFound(rule.selectorText.replace(PSEUDO, ""), place) ? rule.cssText : "";
}

/** @type {(selector: string, place: Element) => boolean} */
function isFound(selector, place) {
  try {
    return Boolean(place.querySelector(selector));
  } catch {
    return false; // nothing is left of a selector of states alone
  }
}
