// Charts by uPlot in the tokens' colours: thresholds, incidents, maintenance, releases, gaps, labels at line ends.
import uPlot from "uplot";

const SERIES = 6;
const END_SPACE = 72;
const drawn = new Map();

// A custom property holds light-dark(); an element that uses it knows which of the two it is.
const probe = document.createElement("span");
function colour(token) {
  if (!probe.isConnected) document.body.append(probe);
  probe.hidden = true;
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}

function faded(token, alpha) {
  const [red, green, blue] = colour(token).match(/[\d.]+/g);
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

const number = (value) =>
  value.toLocaleString(locale, { maximumSignificantDigits: Math.abs(value) < 100 ? 3 : 6 }).replace("-", "−");
const withUnit = (value, unit) => `${number(value)}${unit ? ` ${unit}` : ""}`;
// The reader's own zone as the profile has it, which may not be the browser's; day before month in English too.
const { lang, dataset } = document.documentElement;
const locale = /^en(-us)?$/i.test(lang) ? "en-GB" : lang;
const inZone = (seconds) =>
  dataset.zone ? uPlot.tzDate(new Date(seconds * 1000), dataset.zone) : new Date(seconds * 1000);
const moment = (seconds) =>
  inZone(seconds).toLocaleString(locale, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// One line under the axis: the time of day, the date at midnight, dates alone where a step is a day or more.
function axisWords(_plot, ticks, _axis, _space, step) {
  const date = { day: "numeric", month: "short" };
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return ticks.map((tick) => {
    const here = inZone(tick);
    const midnight = here.getHours() === 0 && here.getMinutes() === 0;
    return here.toLocaleString(locale, step >= 86400 || midnight ? date : time);
  });
}

const lines = (data) => data.series ?? [{ label: data.label ?? "", values: data.values ?? [] }];

function hatch(context, left, top, width, height, ink) {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.strokeStyle = ink;
  context.lineWidth = devicePixelRatio;
  const gap = 8 * devicePixelRatio;
  for (let x = left - height; x < left + width; x += gap) {
    context.beginPath();
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
    context.stroke();
  }
  context.restore();
}

function band(plot, one, token, hatched) {
  const { ctx, bbox } = plot;
  const clamp = (x) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, x));
  const from = clamp(plot.valToPos(one.from, "x", true));
  const to = clamp(plot.valToPos(one.to, "x", true));
  if (to <= from) return;
  ctx.fillStyle = colour(`${token}-tint`);
  ctx.fillRect(from, bbox.top, Math.max(to - from, 2 * devicePixelRatio), bbox.height);
  if (hatched) hatch(ctx, from, bbox.top, to - from, bbox.height, colour(`${token}-border`));
}

function text(plot, words, x, y, ink, align = "left") {
  const { ctx } = plot;
  ctx.font = `500 ${12 * devicePixelRatio}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.fillStyle = ink;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.fillText(words, x, y);
}

function drawUnder(plot, data) {
  plot.ctx.save();
  for (const one of data.bands ?? []) band(plot, one, "bad", false);
  for (const one of data.maintenance ?? []) band(plot, one, "info", true);
  plot.ctx.restore();
}

function drawOver(plot, data) {
  const { ctx, bbox } = plot;
  const right = bbox.left + bbox.width;
  ctx.save();
  for (const one of data.releases ?? []) {
    const x = plot.valToPos(one.at, "x", true);
    if (x < bbox.left || x > right) continue;
    ctx.strokeStyle = colour("text-3");
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    text(plot, one.label, x + 4 * devicePixelRatio, bbox.top + 8 * devicePixelRatio, colour("text-3"));
  }
  const taken = [];
  for (const one of data.thresholds ?? []) {
    const y = plot.valToPos(one.value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = colour("text-2");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
    ctx.setLineDash([]);
    const words = [one.label, withUnit(one.value, data.unit)].filter(Boolean).join(" ");
    text(plot, words, bbox.left + 4 * devicePixelRatio, y - 9 * devicePixelRatio, colour("text-2"));
    taken.push(y);
  }
  lines(data).forEach((line, index) => {
    const last = line.values.findLastIndex((value) => value !== null);
    if (last < 0) return;
    const words = line.label || withUnit(line.values[last], data.unit);
    const y = plot.valToPos(line.values[last], "y", true);
    text(plot, words, right + 8 * devicePixelRatio, y, colour(`series-${index + 1}`));
  });
  ctx.restore();
}

function tip(box, data) {
  const element = document.createElement("div");
  element.className = "chart-tip";
  element.hidden = true;
  box.append(element);
  return (plot) => {
    const index = plot.cursor.idx;
    const inside = index !== null && index !== undefined && plot.cursor.left >= 0;
    element.hidden = !inside;
    if (!inside) return;
    const at = data.times[index];
    const values = lines(data).map((line) => {
      const value = line.values[index];
      const said = value === null || value === undefined ? box.dataset.wordsNone : withUnit(value, data.unit);
      return line.label ? `${line.label}: ${said}` : said;
    });
    const around = [...(data.bands ?? []), ...(data.maintenance ?? [])].filter((one) => one.from <= at && at <= one.to);
    element.textContent = [moment(at), ...values, ...around.map((one) => one.label)].join("\n");
    const left = plot.cursor.left + plot.over.offsetLeft;
    const flip = left + 12 + element.offsetWidth > box.clientWidth;
    element.style.translate = `${flip ? left - 12 - element.offsetWidth : left + 12}px ${plot.over.offsetTop + 4}px`;
  };
}

function range(data) {
  return (_plot, low, high) => {
    const limits = (data.thresholds ?? []).map((one) => one.value);
    const bottom = Math.min(low ?? 0, ...limits);
    const top = Math.max(high ?? 1, ...limits);
    const room = (top - bottom || Math.abs(top) || 1) * 0.12;
    return [bottom >= 0 && bottom - room < 0 ? 0 : bottom - room, top + room];
  };
}

function draw(figure, data) {
  const box = figure.querySelector("[data-chart-canvas]");
  drawn.get(figure)?.plot?.destroy();
  box.replaceChildren();
  const entry = { data, plot: null };
  drawn.set(figure, entry);
  const all = lines(data).slice(0, SERIES);
  if (!data.times?.length || all.every((line) => line.values.every((value) => value === null))) {
    const message = document.createElement("div");
    message.className = "chart-message";
    message.textContent = box.dataset.wordsEmpty;
    box.append(message);
    return;
  }
  const axis = {
    stroke: () => colour("text-3"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: () => colour("border"), width: 1 },
    ticks: { show: false },
  };
  const follow = tip(box, data);
  const options = {
    tzDate: inZone,
    width: box.clientWidth,
    height: figure.matches(".chart-small") ? 160 : 240,
    padding: [12, END_SPACE, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: {
      x: data.start && data.end ? { range: (_plot, low, high) => (entry.zoomed ? [low, high] : [data.start, data.end]) } : {},
      y: { range: range(data) },
    },
    series: [
      {},
      ...all.map((line, index) => ({
        label: line.label,
        stroke: () => colour(`series-${index + 1}`),
        width: 1.5,
        spanGaps: false,
        points: { show: false },
        fill: all.length === 1 ? () => faded("series-1", 0.08) : undefined,
      })),
    ],
    axes: [
      { ...axis, space: 72, size: 28, values: axisWords },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map((tick) => withUnit(tick, data.unit)) },
    ],
    hooks: {
      drawClear: [(plot) => drawUnder(plot, data)],
      draw: [(plot) => drawOver(plot, data)],
      setCursor: [follow],
      setSelect: [(plot) => (entry.zoomed = plot.select.width > 0)],
    },
  };
  entry.plot = new uPlot(options, [data.times, ...all.map((line) => line.values)], box);
  entry.plot.over.addEventListener("dblclick", () => (entry.zoomed = false));
}

function cell(row, name, words, css = "") {
  const element = document.createElement(name);
  element.textContent = words;
  element.className = css;
  if (name === "th") element.scope = "col";
  row.append(element);
}

function fillTable(figure) {
  const { data } = drawn.get(figure) ?? {};
  const box = figure.querySelector("[data-chart-canvas]");
  const place = figure.querySelector("[data-chart-rows]");
  const table = document.createElement("table");
  table.className = "table";
  const head = table.createTHead().insertRow();
  cell(head, "th", box.dataset.wordsTime);
  for (const line of lines(data)) cell(head, "th", line.label || box.dataset.wordsValue, "num");
  const body = table.createTBody();
  for (let index = data.times.length - 1; index >= 0; index -= 1) {
    const row = body.insertRow();
    cell(row, "td", moment(data.times[index]), "p1");
    for (const line of lines(data)) {
      const value = line.values[index];
      cell(row, "td", value === null || value === undefined ? "–" : withUnit(value, data.unit), "num p1");
    }
  }
  place.replaceChildren(table);
}

async function load(figure) {
  const box = figure.querySelector("[data-chart-canvas]");
  if (figure.dataset.values) {
    draw(figure, JSON.parse(figure.dataset.values));
    return;
  }
  try {
    const answer = await fetch(figure.dataset.src, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    draw(figure, await answer.json());
  } catch {
    if (drawn.has(figure)) return;
    const message = document.createElement("div");
    message.className = "chart-message";
    message.textContent = box.dataset.wordsFailed;
    box.replaceChildren(message);
    setTimeout(() => figure.isConnected && load(figure), 60000);
  }
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const plot = drawn.get(target.closest("[data-chart]"))?.plot;
    if (plot && target.clientWidth && plot.width !== target.clientWidth) {
      plot.setSize({ width: target.clientWidth, height: plot.height });
    }
  }
});

export function startCharts(root) {
  for (const figure of root.querySelectorAll("[data-chart]")) {
    if (figure.chartStarted) continue;
    figure.chartStarted = true;
    load(figure);
    resized.observe(figure.querySelector("[data-chart-canvas]"));
    const button = figure.querySelector("[data-chart-table]");
    button?.addEventListener("click", () => {
      if (!drawn.get(figure)?.data?.times) return;
      const rows = figure.querySelector("[data-chart-rows]");
      rows.hidden = !rows.hidden;
      button.setAttribute("aria-pressed", String(!rows.hidden));
      if (!rows.hidden) fillTable(figure);
    });
    const seconds = Number(figure.dataset.refresh);
    if (seconds) {
      const timer = setInterval(() => {
        if (!figure.isConnected) clearInterval(timer);
        else if (!document.hidden) load(figure);
      }, seconds * 1000);
    }
  }
}

document.addEventListener("theme-changed", () => {
  for (const [figure, { data }] of drawn) if (figure.isConnected) draw(figure, data);
});
// The first labels may have been measured in the fallback font.
document.fonts?.ready.then(() => {
  for (const { plot } of drawn.values()) plot?.redraw();
});
