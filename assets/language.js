// Before anything is drawn: the lab opens in the language that was chosen here last, else in the browser's.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("lab-language");
  } catch {
    // a browser that keeps nothing
  }
  const chinese = (chosen ?? navigator.language).startsWith("zh");
  if (chinese && !/\/zh\/?$/.test(location.pathname)) location.replace(`zh${location.search}${location.hash}`);
})();
