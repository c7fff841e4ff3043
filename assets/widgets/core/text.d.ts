/** The texts of every widget: written by tools/text_types.py from assets/text. */
export interface SharedText {
  view: string;
  failed: string;
  broken: string;
  photo_picture: string;
  heat_picture: string;
  gone: string;
  patch: string;
  token: string;
  play: string;
  back: string;
  forward: string;
  move_left: string;
  move_up: string;
  move_down: string;
  move_right: string;
  step: string;
  chart_reading: string;
  chart_line: string;
  answer_reading: string;
  answer_class: string;
  answer_comma: string;
}
export interface AnatomySharedText extends SharedText {
  end: string;
  mask: string;
}
export interface AnatomyMaskText extends AnatomySharedText {
  start: string;
  name: string;
  reading: string;
  reads: string;
  in_place: string;
  remove: string;
  change: string;
  change_removed: string;
  causal: string;
  causal_idea: string;
  bidirectional: string;
  bidirectional_idea: string;
  row: string;
  row_removed: string;
  matrix_causal: string;
  matrix_bidirectional: string;
  before: string;
  then: string;
  cell_same: string;
  cell: string;
  cell_still: string;
  cell_absent: string;
  legend: string;
  hint: string;
  hint_keys: string;
}
export interface AnatomyCrossText extends AnatomySharedText {
  name: string;
  reading: string;
  heads: string;
  layer_head: string;
  layer_mean: string;
  all_mean: string;
  mean: string;
  attention: string;
  effect: string;
  way: string;
  way_hidden: string;
  way_removed: string;
  cell_attention: string;
  cell_effect_same: string;
  cell_effect: string;
  without: string;
  legend: string;
  hint: string;
  hint_keys: string;
}
export interface CnnVsAttentionAttributionText extends SharedText {
  name: string;
  mode: string;
  grain: string;
  reading: string;
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
  name: string;
  reading: string;
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
  hint_keys: string;
}
export interface CnnVsAttentionPositionText extends SharedText {
  name: string;
  reading: string;
  reading_and: string;
  photo: string;
  shuffled: string;
  shifted: string;
  mirrored: string;
  with: string;
  without: string;
  only: string;
  result: string;
  hint: string;
}
export interface DecodingSharedText extends SharedText {
  end: string;
  mask: string;
  mean: string;
  comma: string;
  speed: string;
  autoregressive: string;
  non_autoregressive: string;
  calls: string;
  calls_done: string;
  passes: string;
  passes_done: string;
  start: string;
  tree: string;
  more: string;
  search_start: string;
  candidate: string;
  fate_kept: string;
  fate_finished: string;
  fate_cut: string;
  fate_forced: string;
  fate_outranked: string;
  fate_ended_outside_beam: string;
  fate_pool_was_better: string;
  fate_not_drawn: string;
  fate_filtered: string;
  fate_displaced_by_force: string;
  trained_on: string;
  distilled: string;
  raw: string;
  grid: string;
  pass: string;
  all_masked: string;
  refine_start: string;
  cell_masked: string;
  cell_kept: string;
  alternative: string;
  legend_masked: string;
  legend_flip: string;
  legend_repeat: string;
  legend_probability: string;
}
export interface DecodingDecodeText extends DecodingSharedText {
  name: string;
  reading: string;
  autoregressive_idea: string;
  non_autoregressive_idea: string;
  hint: string;
  hint_keys: string;
}
export interface DecodingSearchText extends DecodingSharedText {
  name: string;
  tree_legend: string;
  pool: string;
  pool_empty: string;
  can_improve: string;
  fates: string;
  forced: string;
  force_hint: string;
  force: string;
  release: string;
  over_rule: string;
  over_full: string;
  over_ended: string;
  over_length: string;
}
export interface DecodingRefinementText extends DecodingSharedText {
  name: string;
  reading: string;
  length: string;
  length_done: string;
  length_title: string;
  length_title_done: string;
  summary: string;
  rule: string;
  rule_lowest: string;
  rule_random: string;
  rule_left_to_right: string;
  rule_picked: string;
  rule_next: string;
  rule_end: string;
  hint: string;
  hint_keys: string;
}
export interface DecodingRepeatsText extends DecodingSharedText {
  name: string;
  reading: string;
  first_pass: string;
  after: string;
  not_yet: string;
  position: string;
  says: string;
  says_two: string;
  agreement: string;
  predicted: string;
  predicted_both: string;
  bars: string;
  why_repeat: string;
  why_apart: string;
  repaired_both: string;
  repaired: string;
  still: string;
  became: string;
  none_anywhere: string;
  single: string;
  choose: string;
  hint: string;
  hint_keys: string;
}
export interface DecodingAttentionText extends DecodingSharedText {
  name: string;
  reading: string;
  layer: string;
  head: string;
  over: string;
  over_source: string;
  over_self: string;
  layer_of: string;
  autoregressive_none: string;
  non_autoregressive_none: string;
  autoregressive_source: string;
  non_autoregressive_source: string;
  autoregressive_self: string;
  non_autoregressive_self: string;
  cell_weight: string;
  cell_masked_out: string;
  cell_later: string;
  hint: string;
  hint_keys: string;
}
export interface DecodingSamplingText extends DecodingSharedText {
  name: string;
  reading: string;
  start: string;
  call: string;
  temperature: string;
  top_k: string;
  top_p: string;
  beam_width: string;
  length_penalty: string;
  off: string;
  reset: string;
  bars: string;
  kept_line: string;
  kept_all: string;
  rest: string;
  truncated: string;
  cut_k: string;
  cut_p: string;
  legend_output: string;
  legend_kept: string;
  legend_beam: string;
  penalty: string;
  penalty_axis: string;
  penalty_scale: string;
  penalty_none: string;
  ranked: string;
  leads: string;
  crossings: string;
  no_crossings: string;
  caveat: string;
}
export interface DecodingRaceText extends DecodingSharedText {
  name: string;
  reading: string;
  lane: string;
  race: string;
  race_line: string;
  batch: string;
  unmeasured: string;
  batch_size: string;
  ms: string;
}
export interface FieldsFieldText extends SharedText {
  name: string;
  reading: string;
  reading_field: string;
  reading_rollout: string;
  reading_and: string;
  reading_distance: string;
  picture_field: string;
  picture_rollout: string;
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
  hint_keys: string;
}
export interface PatchesAttendText extends SharedText {
  overview: string;
  overview_picture: string;
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
  hint_keys: string;
}
export interface PatchesRelevanceText extends SharedText {
  name: string;
  layer: string;
  map: string;
  map_picture: string;
  opacity: string;
  attention: string;
  rollout: string;
  relevance: string;
  readout: string;
  hint: string;
  hint_keys: string;
}
export interface PatchesCutText extends SharedText {
  name: string;
  size: string;
  own_size: string;
  sum: string;
  unread: string;
  pixels: string;
  red: string;
  green: string;
  blue: string;
  vector: string;
  embedding: string;
  position: string;
  other_size: string;
  hint: string;
  hint_keys: string;
  reading: string;
  reading_other: string;
  own_picture: string;
  grid_picture: string;
  vector_picture: string;
  embedding_picture: string;
  position_picture: string;
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
  hint_keys: string;
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
  speed: string;
  reading: string;
  grid_picture: string;
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
  hint_keys: string;
  reading: string;
}
