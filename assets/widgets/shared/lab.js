// What all widgets share: mounting, the arrays of a run, keys, light and dark.
Object.assign(window.lab, {
  widgets: {},
  files: new Map(),

  // Bind the widget `name` to Gradio's element: draw now and whenever Python sends a value.
  mount(name, element, props, watch, text) {
    lab.restoreTheme();
    const root = element.querySelector(".lab-widget");
    for (const node of root.querySelectorAll("[data-text]")) node.textContent = text[node.dataset.text];
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

  // A payload with its arrays; the newest few are kept, so that widgets of one run share one fetch.
  load(value) {
    if (!lab.files.has(value.file)) {
      lab.files.set(value.file, lab.fetchArrays(value));
      if (lab.files.size > 4) lab.files.delete(lab.files.keys().next().value);
    }
    return lab.files.get(value.file);
  },

  async fetchArrays(value) {
    const response = await fetch(value.file);
    const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
    const buffer = await new Response(stream).arrayBuffer();
    const kinds = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, float32: Float32Array };
    const arrays = {};
    for (const [name, { dtype, shape, offset }] of Object.entries(value.arrays)) {
      const length = shape.reduce((a, b) => a * b, 1);
      arrays[name] = Object.assign(new kinds[dtype](buffer, offset, length), { shape });
    }
    return { ...value, arrays };
  },

  // An element with properties; children are elements or plain text.
  make(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  },

  fill(sentence, details) {
    return sentence.replace(/\{(\w+)\}/g, (_, name) => details[name]);
  },

  percent(share) {
    return (100 * share).toFixed(share < 0.0995 ? 2 : 1) + " %";
  },

  // At most one draw a frame, however many events ask for it.
  eachFrame(draw) {
    let waiting = false;
    return () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => ((waiting = false), draw()));
    };
  },

  isDark: () => document.body.classList.contains("dark"),

  // Call back whenever the page turns light or dark.
  onTheme(callback) {
    new MutationObserver(callback).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  },

  setTheme(dark) {
    document.body.classList.toggle("dark", dark);
    localStorage.setItem("lab-theme", dark ? "dark" : "light");
  },

  // The visitor's last choice, unless the address names a theme.
  restoreTheme() {
    const chosen = localStorage.getItem("lab-theme");
    if (chosen && !location.search.includes("__theme")) document.body.classList.toggle("dark", chosen === "dark");
  },
});

// T turns the page light or dark, L changes the language; the header's links do the same.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, [contenteditable]")) return;
  if (event.key === "t") lab.setTheme(!lab.isDark());
  if (event.key === "l") document.querySelector(".lab-language")?.click();
});
document.addEventListener("click", (event) => {
  if (event.target.closest(".lab-theme")) lab.setTheme(!lab.isDark());
});
