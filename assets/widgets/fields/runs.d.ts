/** The payloads of Receptive Fields, as the TypedDicts in lab/views/fields say. */
import type { Arrays } from "../core/lab";

export interface FieldColumn {
  model: string;
  answer: string;
  share: string;
  layers: string[];
  /** Whether it has attention, and attention over the whole picture, which can be rolled out. */
  attends: boolean;
  rolls: boolean;
}
export interface FieldRun {
  /** The chosen point: shares of the photo, down and across. */
  position: [number, number];
  /** How many photos the average is over; 0 without. */
  n_image: number;
  columns: FieldColumn[];
  arrays: Arrays;
}
