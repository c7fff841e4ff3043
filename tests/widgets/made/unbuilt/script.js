// A widget of the tests that cannot be built.

/** @type {import("../../core/lab").Widget<any, any, any>} */
export default {
  first: () => ({}),
  keep: (state) => state,
  build: () => {
    throw new Error("made to fail in build");
  },
  read: () => "",
};
