// What all widgets share: mounting, the arrays of a run, keys, light and dark.
Object.assign(window.lab, {
  widgets: {},
  files: new Map(),

  // Bind the widget `name` to Gradio's element: draw now and whenever Python sends a value; select(data) tells Python.
  mount(name, element, props, watch, text, select) {
    lab.restoreTheme();
    lab.restoreTab();
    document.documentElement.lang = document.querySelector(".lab-header").lang;
    const root = element.querySelector(".lab-widget");
    for (const node of root.querySelectorAll("[data-text]")) node.textContent = text[node.dataset.text];
    const draw = lab.widgets[name](root, text, select);
    const show = async () => {
      if (!props.value) return;
      const value = props.value;
      const run = await lab.loadAll(value).catch(() => null);
      if (value !== props.value) return;
      root.querySelector(".gone")?.remove();
      if (!run) {
        dispatchEvent(new Event("lab-unanswered"));
        return root.prepend(lab.make("p", { className: "gone", textContent: text.gone }));
      }
      root.inert = false;
      draw(run);
      root.dataset.file = value.file ?? "";
    };
    root.inert = true;
    watch("value", show);
    show();
  },

  // A value with the arrays of its payload, or of the payloads that it holds.
  async loadAll(value) {
    if (value.file) return lab.load(value);
    const parts = Object.entries(value).map(async ([name, part]) => [name, part?.file ? await lab.load(part) : part]);
    return Object.fromEntries(await Promise.all(parts));
  },

  // A payload with its arrays; the newest few are kept, so that widgets of one run share one fetch.
  async load(value) {
    if (!lab.files.has(value.file)) {
      const fetched = lab.fetchArrays(value);
      fetched.catch(() => lab.files.delete(value.file));
      lab.files.set(value.file, fetched);
      if (lab.files.size > 4) lab.files.delete(lab.files.keys().next().value);
    }
    return { ...value, arrays: await lab.files.get(value.file) };
  },

  async fetchArrays(value) {
    const response = await fetch(value.file);
    if (!response.ok) throw new Error(`${value.file}: ${response.status}`);
    const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
    const buffer = await new Response(stream).arrayBuffer();
    const kinds = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, float32: Float32Array };
    const arrays = {};
    for (const [name, { dtype, shape, offset }] of Object.entries(value.arrays)) {
      const length = shape.reduce((a, b) => a * b, 1);
      arrays[name] = Object.assign(new kinds[dtype](buffer, offset, length), { shape });
    }
    return arrays;
  },

  // The heads that a choice stands for: one, or all of them for "mean".
  heads: (head, count) => (head === "mean" ? [...Array(count).keys()] : [head]),

  // The mean of some rows that are kept as bytes, each with its largest value.
  meanRow(bytes, maxima, length, rows) {
    const out = new Float32Array(length);
    for (const row of rows) {
      const scale = maxima[row] / 255 / rows.length;
      for (let key = 0; key < length; key++) out[key] += bytes[row * length + key] * scale;
    }
    return out;
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

  // Weights come as bytes, a 255th of the row's largest each: no finer than this.
  percent(share) {
    return share < 0.001 ? "< 0.1%" : (100 * share).toFixed(share < 0.0995 ? 2 : 1) + "%";
  },

  number: (value, digits = 0) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−"),

  // Keys for what the visitor points at or has focused: act(event.code) tells whether it used the key.
  onKey(root, act) {
    document.addEventListener("keydown", (event) => {
      if (lab.isTyping(event) || !root.matches(":hover, :focus-within")) return;
      if (event.code === "Space" && !lab.byPointer && event.target.matches("button, a")) return;
      if (event.target.type === "range" && event.code.startsWith("Arrow")) return;
      if (act(event.code)) event.preventDefault();
    });
  },

  isTyping: (event) =>
    event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea, [contenteditable], input:not([type=range])"),

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

  // The exhibit that was open when the visitor changed the language.
  keepTab: () => sessionStorage.setItem("lab-tab", lab.tabs().findIndex((tab) => tab.ariaSelected === "true")),
  restoreTab() {
    const tab = lab.tabs()[sessionStorage.getItem("lab-tab") ?? -1];
    if (!tab) return;
    sessionStorage.removeItem("lab-tab");
    tab.click();
  },
  tabs: () => [...document.querySelector("[role=tablist]").querySelectorAll("[role=tab]")],

  // The visitor's last choice, unless the address names a theme.
  restoreTheme() {
    const chosen = localStorage.getItem("lab-theme");
    if (chosen && !location.search.includes("__theme")) document.body.classList.toggle("dark", chosen === "dark");
  },
});

// Gradio keeps the lab's style sheet to what is inside the page; these rules start at its body.
document.head.append(
  lab.make("style", {
    textContent: `@media (min-width: 768px) {
      .lab-wide { --lab-above: 230px; }
      .lab-wide .controls, .lab-wide .lab-header p, .lab-wide .see { display: none !important; }
    }`,
  }),
);

// Whether the focus was set by pointer: then space plays, also from a button; after Tab it presses the button.
document.addEventListener("pointerdown", () => (lab.byPointer = true), true);
document.addEventListener("keydown", (event) => event.key === "Tab" && (lab.byPointer = false), true);

// T turns the page light or dark, F hides the controls, L changes the language; the header's buttons do the same.
lab.actions = {
  theme: () => lab.setTheme(!lab.isDark()),
  wide: () => document.body.classList.toggle("lab-wide"),
  language: () => document.querySelector(".lab-language").click(),
};
document.addEventListener("keydown", (event) => {
  const action = { KeyT: "theme", KeyF: "wide", KeyL: "language" }[event.code];
  if (action && !lab.isTyping(event) && !event.repeat) lab.actions[action]();
});
document.addEventListener("click", (event) => event.target.closest(".lab-language") && lab.keepTab());
document.addEventListener("click", (event) => lab.actions[event.target.closest("[data-lab]")?.dataset.lab]?.());
