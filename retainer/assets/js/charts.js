// Charts by uPlot in the tokens' colours: thresholds, incidents, maintenance, releases, gaps, labels at line ends.
import uPlot from "uplot";
import { axisWords, inZone, moment, ticksWithUnit, withUnit } from "./figures.js";
import { colour, drawOver, drawUnder, endSpace, faded, lines, widthOf } from "./marks.js";

const SERIES = 6;
const drawn = new Map();

const boxOf = (figure) => figure.querySelector("[data-chart-canvas]");
const isKnown = (value) => value !== null && value !== undefined;

// What one moment's values are, in words: for the tip and for the table.
function saidOf(data, index, words) {
  const said = (value) => (isKnown(value) ? withUnit(value, data.unit) : null);
  const rows = lines(data).map((line) => [line.label || (data.low ? words.wordsAverage : ""), said(line.values[index])]);
  if (!data.low) return rows;
  return [...rows, [words.wordsLow, said(data.low[index])], [words.wordsHigh, said(data.high[index])]];
}

function tip(box, data) {
  const element = document.createElement("div");
  element.className = "chart-tip";
  element.hidden = true;
  box.append(element);
  return (plot) => {
    const index = plot.cursor.idx;
    const inside = isKnown(index) && plot.cursor.left >= 0;
    element.hidden = !inside;
    if (!inside) return;
    const at = data.times[index];
    const rows = saidOf(data, index, box.dataset);
    const values = rows.some(([, said]) => said)
      ? rows.map(([label, said]) => [label, said ?? box.dataset.wordsNone].filter(Boolean).join(": "))
      : [box.dataset.wordsNone];
    const around = [...(data.bands ?? []), ...(data.maintenance ?? [])].filter((one) => one.from <= at && at <= one.to);
    element.textContent = [moment(at, data.step), ...values, ...around.map((one) => one.label)].join("\n");
    const left = plot.cursor.left + plot.over.offsetLeft;
    const flip = left + 12 + element.offsetWidth > box.clientWidth;
    const place = flip ? left - 12 - element.offsetWidth : left + 12;
    element.style.translate = `${Math.max(0, place)}px ${plot.over.offsetTop + 4}px`;
  };
}

function range(data) {
  const limits = (data.thresholds ?? []).map((one) => one.value);
  const ends = [...limits, ...(data.low ?? []), ...(data.high ?? [])].filter(isKnown);
  return (_plot, low, high) => {
    const bottom = Math.min(low ?? 0, ...ends);
    const top = Math.max(high ?? 1, ...ends);
    const room = (top - bottom || Math.abs(top) || 1) * 0.12;
    // A share is never above 100, nor is room for it.
    const most = data.unit === "%" && top <= 100 ? 100 : top + room;
    return [bottom >= 0 && bottom - room < 0 ? 0 : bottom - room, Math.min(top + room, most)];
  };
}

// A value with nothing on either side has no line, so it is a dot.
function alone(plot, series) {
  const values = plot.data[series];
  return values.flatMap((value, index) =>
    isKnown(value) && !isKnown(values[index - 1]) && !isKnown(values[index + 1]) ? [index] : [],
  );
}

function axes(data) {
  const axis = {
    stroke: () => colour("text-3"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: () => colour("border"), width: 1 },
    ticks: { show: false },
  };
  return [
    { ...axis, space: 72, size: 28, values: (_plot, ticks, _axis, _space, step) => axisWords(ticks, step) },
    {
      ...axis,
      space: 28,
      size: (plot, words) => Math.ceil(Math.max(24, ...(words ?? []).map((one) => widthOf(plot, one)))) + 8,
      values: (_plot, ticks, _axis, _space, step) => ticksWithUnit(ticks, step, data.unit),
    },
  ];
}

function optionsOf(figure, box, entry) {
  const { data } = entry;
  const all = lines(data).slice(0, SERIES);
  const fixed = data.start && data.end;
  return {
    tzDate: inZone,
    width: box.clientWidth,
    height: figure.matches(".chart-small") ? 160 : 240,
    padding: [12, (plot) => endSpace(plot, data, plot.width || box.clientWidth), 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
    scales: {
      x: fixed ? { range: (_plot, low, high) => (entry.zoomed ? [low, high] : [data.start, data.end]) } : {},
      y: { range: range(data) },
    },
    series: [
      {},
      ...all.map((line, index) => ({
        label: line.label,
        stroke: () => colour(`series-${index + 1}`),
        width: 1.5,
        spanGaps: false,
        points: { show: true, size: 4, filter: alone, fill: () => colour(`series-${index + 1}`) },
        fill: all.length === 1 && !data.low ? () => faded("series-1", 0.08) : undefined,
      })),
    ],
    axes: axes(data),
    hooks: {
      drawClear: [(plot) => drawUnder(plot, data)],
      draw: [(plot) => drawOver(plot, data)],
      setCursor: [tip(box, data)],
      setSelect: [(plot) => (entry.zoomed = plot.select.width > 0)],
    },
  };
}

function message(box, words) {
  const element = document.createElement("div");
  element.className = "chart-message";
  element.textContent = words;
  box.replaceChildren(element);
}

function draw(figure, data) {
  const box = boxOf(figure);
  drawn.get(figure)?.plot?.destroy();
  box.replaceChildren();
  box.classList.remove("is-waiting");
  const entry = { data, plot: null };
  drawn.set(figure, entry);
  figure.querySelector("[data-chart-counted]").textContent = data.counted ?? "";
  if (!figure.querySelector("[data-chart-rows]").hidden) fillTable(figure);
  const all = lines(data);
  if (!data.times?.length || all.every((line) => !line.values.some(isKnown))) {
    message(box, data.empty || box.dataset.wordsEmpty);
    return;
  }
  const options = optionsOf(figure, box, entry);
  entry.plot = new uPlot(options, [data.times, ...all.slice(0, SERIES).map((line) => line.values)], box);
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
  const words = boxOf(figure).dataset;
  const table = document.createElement("table");
  table.className = "table";
  const head = table.createTHead().insertRow();
  cell(head, "th", words.wordsTime);
  for (const [label] of saidOf(data, 0, words)) cell(head, "th", label || words.wordsValue, "num");
  const body = table.createTBody();
  for (let index = (data.times ?? []).length - 1; index >= 0; index -= 1) {
    const row = body.insertRow();
    cell(row, "td", moment(data.times[index], data.step), "p1");
    for (const [, said] of saidOf(data, index, words)) cell(row, "td", said ?? "–", "num p1");
  }
  figure.querySelector("[data-chart-rows]").replaceChildren(table);
}

// Only the newest question counts, so that a slow answer of another period does not come last.
async function load(figure) {
  const asked = (figure.chartAsked = (figure.chartAsked ?? 0) + 1);
  if (figure.dataset.values) {
    draw(figure, JSON.parse(figure.dataset.values));
    return;
  }
  try {
    const answer = await fetch(figure.dataset.src, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const data = await answer.json();
    if (asked === figure.chartAsked) draw(figure, data);
  } catch {
    if (asked !== figure.chartAsked || (drawn.has(figure) && !figure.chartMoved)) return;
    drawn.get(figure)?.plot?.destroy();
    drawn.delete(figure);
    boxOf(figure).classList.remove("is-waiting");
    message(boxOf(figure), boxOf(figure).dataset.wordsFailed);
    setTimeout(() => figure.isConnected && load(figure), 60000);
  } finally {
    if (asked === figure.chartAsked) {
      figure.chartMoved = false;
      figure.removeAttribute("aria-busy");
    }
  }
}

// For another period: what is drawn stays, faint, until the new values are there, so that nothing jumps.
export function loadAgain(figure) {
  figure.chartMoved = true;
  figure.setAttribute("aria-busy", "true");
  load(figure);
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
    resized.observe(boxOf(figure));
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
// The first labels may have been measured in the fallback font, which is narrower or wider than the one that comes.
document.fonts?.addEventListener("loadingdone", () => {
  for (const { plot } of drawn.values()) plot?.redraw(true, true);
});
