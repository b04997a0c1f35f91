// Charts, by uPlot. Each is a figure: its picture, what the pointer is at in words, and a table with the same figures.

const live_charts = [];

function clear_charts() {
  for (const chart of live_charts.splice(0)) {
    chart.watcher.disconnect();
    chart.plot && chart.plot.destroy();
  }
}

// The colour that a name of the style sheet stands for now, light or dark.
function colour(name) {
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.color = `var(--${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

// Days between the first and the last one, at most thirty, those without sessions too.
function all_days(by_day) {
  const known = new Map(by_day.map((day) => [day.day, day]));
  const last = Date.parse(by_day[by_day.length - 1].day);
  const days = [];
  for (let at = Math.max(Date.parse(by_day[0].day), last - 29 * 86400000); at <= last; at += 86400000) {
    const name = new Date(at).toISOString().slice(0, 10);
    days.push(known.get(name) || { day: name, first_try: 0, healed: 0, failed: 0, dollars: 0, saved: 0 });
  }
  return days;
}

const day_name = (day) => new Date(`${day}T00:00:00Z`).toLocaleDateString("en", { day: "numeric", month: "short", timeZone: "UTC" });

// Stacked bars, a day each. Series: {name, key, style}; `tell` gives the figure in words.
function day_chart(label, days, series, tell) {
  const readout = el("p", { class: "readout", "aria-hidden": "true" });
  const place = el("div", { class: "chart", role: "img", "aria-label": `${label}. The same figures are in the table below.` });
  const words = (day) => `${day_name(day.day)}: ${series.map((one) => `${tell(day[one.key])} ${one.name}`).join(", ")}`;
  const resting = "Days are those of UTC.";
  readout.textContent = resting;
  const chart = { plot: null, drawn: 0 };
  chart.draw = () => {
    const width = Math.floor(place.clientWidth);
    if (!width) return;
    chart.drawn = width;
    chart.plot && chart.plot.destroy();
    // The highest bar is drawn first: what stands in front of it is a part of it.
    const front = series.map((_, place_of) => days.map((day) => series.slice(0, place_of + 1).reduce((sum, one) => sum + (day[one.key] || 0), 0)));
    const order = series.map((_, place_of) => series.length - 1 - place_of);
    const every = Math.ceil(days.length / Math.max(2, Math.floor(width / 80)));
    const top = Math.max(...front[front.length - 1], 0);
    const axis = { stroke: colour("soft"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    chart.plot = new uPlot(
      {
        width,
        height: 200,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false }, y: false, x: false },
        scales: { x: { time: false, range: [-0.7, days.length - 0.3] }, y: { range: [0, top || 1] } },
        axes: [
          { ...axis, size: 28, gap: 6, grid: { show: false }, splits: () => days.map((_, at) => at).filter((at) => (days.length - 1 - at) % every === 0), values: (_, splits) => splits.map((at) => day_name(days[at].day)) },
          { ...axis, size: 56, gap: 6, grid: { stroke: colour("line"), width: 1 }, space: 40, incrs: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].filter((step) => tell !== whole || step >= 1), values: (_, splits) => splits.map(tell === whole ? whole : cents) },
        ],
        series: [{}, ...order.map((at) => ({ fill: colour(series[at].style), stroke: colour(series[at].style), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7, 48] }) }))],
        hooks: { setCursor: [(plot) => (readout.textContent = plot.cursor.idx === null || plot.cursor.idx === undefined ? resting : words(days[plot.cursor.idx]))] },
      },
      [days.map((_, at) => at), ...order.map((at) => front[at])],
      place,
    );
  };
  chart.watcher = new ResizeObserver(() => Math.floor(place.clientWidth) !== chart.drawn && chart.draw());
  chart.watcher.observe(place);
  live_charts.push(chart);
  const columns = [{ name: "Day", cell: (day) => day.day }, ...series.map((one) => ({ name: one.name, number: true, cell: (day) => tell(day[one.key]) }))];
  const same = el("details", { "data-keep": `table of ${label}` }, el("summary", {}, "As a table"), table(label, columns, [...days].reverse()));
  return el("figure", {}, keys(series), place, readout, same);
}

function keys(series, told) {
  return el("ul", { class: "keys" }, series.map((one) => el("li", {}, el("span", { class: `swatch ${one.style}`, "aria-hidden": "true" }), told ? told(one) : one.name)));
}

function redraw_charts() {
  for (const chart of live_charts) chart.draw();
}
