// Before anything is drawn: the lab opens in the language that was chosen here last, else in the browser's.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("lab-language");
  } catch {
    // a browser that keeps nothing
  }
  const chinese = /\/zh\/?$/.test(location.pathname);
  if (!chinese && (chosen ?? navigator.language).startsWith("zh")) {
    location.replace(`zh${location.search}${location.hash}`);
    return;
  }
  // Gradio says its own words in the language that it takes for the browser's.
  const page = chinese ? "zh-CN" : "en";
  Object.defineProperty(navigator, "language", { get: () => page });
  Object.defineProperty(navigator, "languages", { get: () => [page] });
})();
