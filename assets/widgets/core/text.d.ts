/** The texts of every widget: written by tools/text_types.py from assets/text. */
export interface SharedText {
  view: string;
  failed: string;
  photo_picture: string;
  heat_picture: string;
  gone: string;
  patch: string;
  token: string;
  play: string;
  back: string;
  forward: string;
  step: string;
}
export interface CnnVsAttentionAttributionText extends SharedText {
  integrated: string;
  cam: string;
  photo: string;
  pixels: string;
  blocks: string;
  opacity: string;
  against: string;
  in_favour: string;
  cam_low: string;
  cam_high: string;
  answer: string;
  sum_higher: string;
  sum_lower: string;
  cam_readout: string;
  no_cam: string;
  hint: string;
}
export interface CnnVsAttentionConvolutionText extends SharedText {
  which: string;
  heads: string;
  heads_note: string;
  error: string;
  error_note: string;
  largest: string;
  inside: string;
  border: string;
  chart: string;
  shift: string;
  conditions: string;
  hint: string;
}
export interface CnnVsAttentionPositionText extends SharedText {
  photo: string;
  shuffled: string;
  shifted: string;
  mirrored: string;
  with: string;
  without: string;
  only: string;
  told: string;
  hint: string;
}
export interface DecodingDecodeText extends SharedText {
  end: string;
  mask: string;
  mean: string;
  comma: string;
  speed: string;
  search_title: string;
  search_idea: string;
  refine_title: string;
  refine_idea: string;
  calls: string;
  calls_done: string;
  passes: string;
  passes_done: string;
  start: string;
  more: string;
  tree_legend: string;
  pool: string;
  pool_empty: string;
  open: string;
  search_start: string;
  candidate: string;
  fate_kept: string;
  fate_finished: string;
  fate_cut: string;
  fate_forced: string;
  fate_outranked: string;
  fate_ended_low: string;
  fate_pool_better: string;
  fate_not_drawn: string;
  fate_filtered: string;
  fate_forced_out: string;
  forced: string;
  force_hint: string;
  release: string;
  contrast: string;
  distilled: string;
  raw: string;
  length: string;
  length_title: string;
  pass: string;
  all_masked: string;
  summary: string;
  summary_start: string;
  refine_start: string;
  legend_masked: string;
  legend_flip: string;
  legend_repeat: string;
  legend_probability: string;
  cell_masked: string;
  cell_kept: string;
  rival: string;
  attention: string;
  layer: string;
  head: string;
  layer_of: string;
  predicting: string;
  predicting_position: string;
  looks_at: string;
  search_none: string;
  refine_none: string;
  search_self: string;
  search_mask: string;
  refine_self: string;
  refine_mask: string;
  cell_weight: string;
  cell_masked_out: string;
  cell_later: string;
  hint: string;
  force: string;
  over_rule: string;
  over_full: string;
  over_ended: string;
  over_length: string;
}
export interface DecodingRaceText extends SharedText {
  race: string;
  race_line: string;
  batch: string;
  unmeasured: string;
  batch_size: string;
  ms: string;
}
export interface FieldsFieldText extends SharedText {
  depth: string;
  weights: string;
  trained: string;
  random: string;
  images: string;
  photo: string;
  average: string;
  mode: string;
  field: string;
  rollout: string;
  opacity: string;
  scale: string;
  moved: string;
  can: string;
  can_means: string;
  does: string;
  does_means: string;
  replknet: string;
  replknet_means: string;
  distance: string;
  distance_means: string;
  no_attention: string;
  rolled: string;
  no_rollout: string;
  hint: string;
}
export interface PatchesAttendText extends SharedText {
  name: string;
  head_name: string;
  layer: string;
  head: string;
  query: string;
  mean: string;
  rollout: string;
  opacity: string;
  readout: string;
  hint: string;
}
export interface PatchesCutText extends SharedText {
  name: string;
  size: string;
  own_size: string;
  sum: string;
  pixels: string;
  red: string;
  green: string;
  blue: string;
  vector: string;
  embedding: string;
  position: string;
  other_size: string;
  hint: string;
}
export interface PatchesWindowsText extends SharedText {
  name: string;
  jump: string;
  head: string;
  mean: string;
  place: string;
  reach: string;
  moving: string;
  still: string;
  reached: string;
  hint: string;
  own: string;
  mask_name: string;
  looks: string;
  mask: string;
  grid_title: string;
  grid_story: string;
  partition_title: string;
  partition_story: string;
  attention_title: string;
  attention_story: string;
  shift_title: string;
  shift_story: string;
  mask_title: string;
  mask_story: string;
  reverse_title: string;
  reverse_story: string;
  merge_title: string;
  merge_story: string;
}
export interface PatchesPairText extends SharedText {
  name: string;
  vit: string;
  swin: string;
  depth: string;
  layer: string;
  block: string;
  sees: string;
  hint: string;
}
