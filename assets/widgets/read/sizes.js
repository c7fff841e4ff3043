// Parameters and multiply-adds of a Transformer, part by part, by formula.

/** @typedef {import("../core/lab").SizeSettings} Settings */
/** @typedef {import("../core/lab").SizePart} Part */
/** @typedef {Record<Part, number>} Counts */

/**
 * Trained numbers of every part. A layer normalises before or after each of its parts; pre-LN stacks once more at the end.
 * @param {Settings} settings
 * @returns {Counts}
 */
export function parameters(settings) {
  const { width: d, inner, encoder_layers: encoder, decoder_layers: decoder } = settings;
  const [attention, feedForward, norm] = [4 * d * d + 4 * d, 2 * d * inner + inner + d, 2 * d];
  const cross = crossLayers(settings);
  const last = settings.pre_norm ? norm : 0;
  const patches = settings.patch_values ? settings.patch_values * d + d + d : 0;
  return {
    embedding: (settings.vocabulary + settings.positions) * d + patches,
    encoder_attention: encoder * attention,
    encoder_feed_forward: encoder * feedForward,
    encoder_norm: encoder && encoder * 2 * norm + last,
    decoder_attention: decoder * attention,
    cross_attention: cross * attention,
    decoder_feed_forward: decoder * feedForward,
    decoder_norm: decoder && (2 * decoder + cross) * norm + last,
    head: settings.labels * (d + 1),
  };
}

/**
 * Multiply-adds of one forward, all tokens of source and target at once; softmax, norms and activations left out.
 * @param {Settings} settings
 * @returns {Counts}
 */
export function multiplyAdds(settings) {
  const { width: d, inner, encoder_layers: encoder, decoder_layers: decoder, source, target } = settings;
  /** @type {(queries: number, keys: number) => number} */
  const attention = (queries, keys) => 2 * (queries + keys) * d * d + 2 * queries * keys * d;
  /** @param {number} tokens */
  const feedForward = (tokens) => 2 * tokens * d * inner;
  return {
    embedding: settings.patch_values ? (source - 1) * settings.patch_values * d : 0,
    encoder_attention: encoder * attention(source, source),
    encoder_feed_forward: encoder * feedForward(source),
    encoder_norm: 0,
    decoder_attention: decoder * attention(target, target),
    cross_attention: crossLayers(settings) * attention(target, source),
    decoder_feed_forward: decoder * feedForward(target),
    decoder_norm: 0,
    head: settings.labels * d + (decoder ? target * settings.vocabulary * d : 0),
  };
}

/** @param {Settings} settings */
const crossLayers = ({ encoder_layers, decoder_layers }) => (encoder_layers ? decoder_layers : 0);

/** @param {Record<string, number> | number[]} counts */
export const total = (counts) => Object.values(counts).reduce((sum, one) => sum + one, 0);

/**
 * A count as people read it: "768", "12.3 k", "63.1 M", "145.8 G".
 * @param {number} count
 */
export function short(count) {
  const [size, unit] = count >= 1e9 ? [1e9, " G"] : count >= 1e6 ? [1e6, " M"] : count >= 1e4 ? [1e3, " k"] : [1, ""];
  return `${(count / size).toFixed(size === 1 ? 0 : 1)}${unit}`;
}
