/** The payloads of Receptive Fields, as the TypedDicts in lab/views/fields say. */
import type { Arrays } from "../core/lab";

export interface FieldColumn {
  model: string;
  /** The class that it gives the photo, and its probability: "80%". */
  answer: string;
  share: string;
  layers: string[];
  /** Whether each layer has attention, and all have it over the whole picture, so that it can be rolled out. */
  attends: boolean[];
  rolls: boolean;
}
export interface FieldRun {
  /** The measured point: shares of the photo, down and across. */
  position: [number, number];
  /** How many photos the average is over; 0 without. */
  n_image: number;
  columns: FieldColumn[];
  /**
   * For each column pixels_<n> (row, column, colour), field_<n> (weights, images, layer, row, column), box_<n> (layer,
   * edge), square_<n> (weights, images, layer, edge), area_<n> (weights, images, layer, definition: RepLKNet's, mass),
   * distance_<n> (layer), rollout_<n> (layer, row, column).
   */
  arrays: Arrays;
}
