// Scales of charts and colours.

/**
 * Where a number in (0, 1] lies between 10^lowest (0) and 1 (1), by its logarithm; what lies outside is at the end.
 * @param {number} value
 * @param {number} lowest
 */
export const logShare = (value, lowest) => 1 - Math.max(lowest, Math.min(0, Math.log10(value))) / lowest;
