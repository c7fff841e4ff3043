// A Plotly figure in the page's light or dark colours; plotly.js is fetched with the first one.
lab.widgets.chart = (root) => {
  const plot = root.querySelector(".plot");
  let figure;
  const library = () => {
    lab.plotlyReady ??= new Promise((ready, failed) =>
      document.head.append(lab.make("script", { src: lab.plotly, onload: ready, onerror: failed })),
    );
    lab.plotlyReady.catch(() => (lab.plotlyReady = undefined));
    return lab.plotlyReady;
  };
  const colours = () => {
    const style = getComputedStyle(document.body);
    const [ink, line] = ["--body-text-color", "--border-color-primary"].map((name) => style.getPropertyValue(name));
    const axis = { color: ink, gridcolor: line, linecolor: line };
    const layout = { ...figure.layout, font: { ...figure.layout.font, color: ink } };
    for (const name of Object.keys(layout)) if (/^[xy]axis/.test(name)) layout[name] = { ...layout[name], ...axis };
    return layout;
  };
  const draw = async () => {
    if (!figure) return;
    await library();
    await Plotly.react(plot, figure.data, colours(), { displayModeBar: false, responsive: true });
    root.dataset.drawn = figure.data.length;
  };
  lab.onTheme(draw);
  return (value) => {
    figure = value;
    draw();
  };
};
