import assert from "node:assert/strict";
import { test } from "node:test";
import { lanes, raceSteps, slowest } from "./race.js";

const both = (autoregressive, non_autoregressive) => ({ autoregressive, non_autoregressive });

test("a lane is as long as its share of the longer time, whichever that is", () => {
  const run = { calls: both(13, 10), seconds: both(0.08, 0.02) };
  assert.deepEqual(lanes(run), [
    { way: "autoregressive", calls: 13, seconds: 0.08, share: 1 },
    { way: "non_autoregressive", calls: 10, seconds: 0.02, share: 0.25 },
  ]);
  const other = lanes({ calls: both(3, 10), seconds: both(0.03, 0.06) });
  assert.deepEqual(
    other.map(({ share }) => share),
    [0.5, 1],
  );
});

test("the axis ends with the longer time, the race with the most calls", () => {
  assert.equal(slowest({ seconds: both(0.03, 0.06) }), 0.06);
  assert.equal(raceSteps({ calls: both(3, 10) }), 11);
  assert.equal(raceSteps({ calls: both(13, 10) }), 14);
});
