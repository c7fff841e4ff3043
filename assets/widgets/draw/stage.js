// A photo with what lies over it.
import { element, nameCanvas } from "../core/dom.js";

/**
 * A photo, a map of cells over it, and marks over both; name(…) says to screen readers what the two pictures are.
 * @param {...Node} marks
 */
export function makeStage(...marks) {
  const photo = element("canvas", { className: "photo" });
  const heat = element("canvas", { className: "heat" });
  const stage = element("div", { className: "stage" }, photo, heat, ...marks);
  /** @param {{photo: string, heat: string}} names */
  const name = (names) => {
    nameCanvas(photo, names.photo);
    nameCanvas(heat, names.heat);
  };
  return { stage, photo, heat, name };
}
