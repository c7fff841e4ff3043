// What models answer to a photo whose parts have moved.
lab.widgets.position = (root, text) => {
  const line = (className, sentence) => lab.make("p", { className, textContent: sentence });

  const setting = (told, at, count) => {
    const name = count === 1 ? "only" : at === 0 ? "with" : "without";
    return lab.make(
      "p",
      {},
      lab.make("span", { className: "setting", textContent: text[name] + " " }),
      lab.fill(text.told, told),
    );
  };

  const variant = (model, pixels, name, at) => {
    const canvas = document.createElement("canvas");
    const [, rows, columns] = pixels.shape;
    const part = Object.assign(pixels.subarray(3 * rows * columns * at, 3 * rows * columns * (at + 1)), {
      shape: [rows, columns, 3],
    });
    lab.drawPixels(canvas, part);
    const told = model.settings.map((answers, i) => setting(answers[at], i, model.settings.length));
    return lab.make("div", { className: "variant" }, canvas, line("title", lab.fill(text[name], model)), ...told);
  };

  return (run) => {
    const models = run.models.map((model, i) =>
      lab.make(
        "section",
        {},
        line("model-name", model.model),
        lab.make(
          "div",
          { className: "variants" },
          ...run.variants.map((name, at) => variant(model, run.arrays[`pixels_${i}`], name, at)),
        ),
      ),
    );
    root.querySelector(".models").replaceChildren(...models);
    root.dataset.models = run.models.map((model) => model.model).join();
  };
};
