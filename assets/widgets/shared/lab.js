// What all widgets share: mounting, the arrays of a run, colour maps, the photo with its overlay, keys.
Object.assign(window.lab, {
  widgets: {},
  files: new Map(),

  // Bind the widget `name` to Gradio's element: draw now and whenever Python sends a value.
  mount(name, element, props, watch, text) {
    const root = element.querySelector(".lab-widget");
    const draw = lab.widgets[name](root, text);
    const show = async () => {
      if (!props.value) return;
      const value = props.value;
      const run = value.file ? await lab.load(value) : value;
      if (value === props.value) draw(run);
    };
    watch("value", show);
    show();
  },

  // A payload with its arrays, fetched once for all widgets of the page.
  load(value) {
    if (!lab.files.has(value.file)) lab.files.set(value.file, lab.fetchArrays(value));
    return lab.files.get(value.file);
  },

  async fetchArrays(value) {
    const response = await fetch(value.file);
    const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
    const buffer = await new Response(stream).arrayBuffer();
    const kinds = { uint8: Uint8Array, int8: Int8Array, float32: Float32Array };
    const arrays = {};
    for (const [name, { dtype, shape, offset }] of Object.entries(value.arrays)) {
      const length = shape.reduce((a, b) => a * b, 1);
      arrays[name] = Object.assign(new kinds[dtype](buffer, offset, length), { shape });
    }
    return { ...value, arrays };
  },

  // The model's pixels (row, column, RGB) on a canvas of their own size.
  drawPixels(canvas, pixels) {
    const [height, width] = pixels.shape;
    canvas.width = width;
    canvas.height = height;
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      image.data.set([pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2], 255], 4 * i);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  },

  // Weights in [0, 1], one cell each, on a canvas of one pixel a cell; CSS stretches it.
  drawCells(canvas, weights, rows, columns) {
    if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
    const image = new ImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) {
      const [r, g, b] = lab.colourMap[Math.round(255 * Math.min(1, Math.max(0, weights[i])))];
      image.data.set([r, g, b, 255], 4 * i);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  },

  // The cell under a pointer, or null.
  cellAt(event, element, rows, columns) {
    const box = element.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
  },

  fill(sentence, details) {
    return sentence.replace(/\{(\w+)\}/g, (_, name) => details[name]);
  },

  percent(share) {
    return (100 * share).toFixed(share < 0.0995 ? 2 : 1) + " %";
  },
});
