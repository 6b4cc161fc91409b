// What a chart draws itself around uPlot's lines: bands of time, the band from lowest to highest, limits, labels.
import { withUnit } from "./figures.js";

// A custom property holds light-dark(); an element that uses it knows which of the two it is.
const probe = document.createElement("span");
export function colour(token) {
  if (!probe.isConnected) document.body.append(probe);
  probe.hidden = true;
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}

export function faded(token, alpha) {
  const [red, green, blue] = colour(token).match(/[\d.]+/g);
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

const family = () => getComputedStyle(document.body).fontFamily;
const LABEL = 500;
const LINE = 14;

// In pixels of the page. Measured on the canvas that draws: one beside the page keeps the font that it first found.
export function widthOf({ ctx }, words, weight = 400) {
  ctx.save();
  ctx.font = `${weight} 12px ${family()}`;
  const { width } = ctx.measureText(words);
  ctx.restore();
  return width;
}

function fitted(plot, words, room) {
  if (widthOf(plot, words, LABEL) <= room) return words;
  let short = words;
  while (short.length > 1 && widthOf(plot, `${short}…`, LABEL) > room) short = short.slice(0, -1);
  return `${short.trimEnd()}…`;
}

export const lines = (data) => data.series ?? [{ label: data.label ?? "", values: data.values ?? [] }];
export const lastOf = (values) => values.findLastIndex((value) => value !== null && value !== undefined);

function endWords(line, unit) {
  const last = lastOf(line.values);
  return last < 0 ? "" : line.label || withUnit(line.values[last], unit);
}

// The room that the labels at the ends of lines need, of which a phone gives them a third.
export function endSpace(plot, data, width) {
  const needed = Math.max(0, ...lines(data).map((line) => widthOf(plot, endWords(line, data.unit), LABEL)));
  return Math.ceil(Math.min(width / 3, Math.max(28, needed + 20)));
}

function text(plot, words, x, y, ink) {
  const { ctx } = plot;
  ctx.font = `${LABEL} ${12 * devicePixelRatio}px ${family()}`;
  ctx.fillStyle = ink;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(words, x, y);
}

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

function stretch(plot, one, token, hatched) {
  const { ctx, bbox } = plot;
  const clamp = (x) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, x));
  const from = clamp(plot.valToPos(one.from, "x", true));
  const to = clamp(plot.valToPos(one.to, "x", true));
  if (to <= from) return;
  ctx.fillStyle = colour(`${token}-tint`);
  ctx.fillRect(from, bbox.top, Math.max(to - from, 2 * devicePixelRatio), bbox.height);
  if (hatched) hatch(ctx, from, bbox.top, to - from, bbox.height, colour(`${token}-border`));
}

// Runs of buckets with values: a missing stretch is a gap in the band as in the line.
function runs(values) {
  const found = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const run = found.at(-1);
    if (run?.at(-1) === index - 1) run.push(index);
    else found.push([index]);
  });
  return found;
}

// Stroked as well as filled, so that one bad value in a month is a line that can be seen.
function span(plot, data) {
  const { ctx, bbox } = plot;
  const x = (index) => plot.valToPos(data.times[index], "x", true);
  const y = (value) => plot.valToPos(value, "y", true);
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = faded("series-1", 0.16);
  ctx.strokeStyle = faded("series-1", 0.45);
  ctx.lineWidth = devicePixelRatio;
  for (const run of runs(data.low)) {
    ctx.beginPath();
    for (const index of run) ctx.lineTo(x(index), y(data.high[index]));
    for (const index of run.toReversed()) ctx.lineTo(x(index), y(data.low[index]));
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  }
}

export function drawUnder(plot, data) {
  plot.ctx.save();
  for (const one of data.bands ?? []) stretch(plot, one, "bad", false);
  for (const one of data.maintenance ?? []) stretch(plot, one, "info", true);
  if (data.low) span(plot, data);
  plot.ctx.restore();
}

function release(plot, one) {
  const { ctx, bbox } = plot;
  const right = bbox.left + bbox.width;
  const x = plot.valToPos(one.at, "x", true);
  if (x < bbox.left || x > right) return;
  ctx.strokeStyle = colour("text-3");
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  const width = widthOf(plot, one.label, LABEL) * devicePixelRatio;
  const gap = 4 * devicePixelRatio;
  text(plot, one.label, x + gap + width > right ? x - gap - width : x + gap, bbox.top + 2 * gap, colour("text-3"));
}

function limit(plot, one, unit) {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(one.value, "y", true);
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.strokeStyle = colour("text-2");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  const words = [one.label, withUnit(one.value, unit)].filter(Boolean).join(" ");
  // On the bad side of its line, where the values seldom are; on the other one where that has no room.
  const room = 18 * devicePixelRatio;
  const below = one.side === "below" ? y + room < bbox.top + bbox.height : y < room;
  text(plot, words, bbox.left + 4 * devicePixelRatio, y + (below ? 9 : -9) * devicePixelRatio, colour("text-2"));
}

// The labels of lines that end close to each other stand one under the other.
function ends(plot, data) {
  const { bbox } = plot;
  const height = LINE * devicePixelRatio;
  const found = lines(data)
    .map((line, index) => ({ line, index, last: lastOf(line.values) }))
    .filter(({ last }) => last >= 0)
    .map((one) => ({ ...one, y: plot.valToPos(one.line.values[one.last], "y", true) }))
    .sort((one, other) => one.y - other.y);
  found.forEach((one, place) => {
    if (place) one.y = Math.max(one.y, found[place - 1].y + height);
  });
  const over = Math.max(0, (found.at(-1)?.y ?? 0) - (bbox.top + bbox.height));
  const room = plot.width - (bbox.left + bbox.width) / devicePixelRatio - 10;
  for (const { line, index, y } of found) {
    const words = fitted(plot, endWords(line, data.unit), room);
    text(plot, words, bbox.left + bbox.width + 8 * devicePixelRatio, y - over, colour(`series-${index + 1}`));
  }
}

export function drawOver(plot, data) {
  plot.ctx.save();
  for (const one of data.releases ?? []) release(plot, one);
  for (const one of data.thresholds ?? []) limit(plot, one, data.unit);
  ends(plot, data);
  plot.ctx.restore();
}
