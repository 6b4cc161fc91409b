// How a chart writes numbers and times: rounded by their unit, in the reader's language and time zone.
import uPlot from "uplot";

const { lang, dataset } = document.documentElement;
// Day before month in English too.
const locale = /^en(-us)?$/i.test(lang) ? "en-GB" : lang;

// As the page rounds: a share has one place, what is small three digits, what is large none after the point.
const places = (value, unit) => {
  if (unit === "%") return { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return Math.abs(value) < 99.95 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 };
};
const written = (value, options) => (value + 0).toLocaleString(locale, options).replace("-", "−");
const beside = (number, unit) => (unit ? `${number}\u00a0${unit}` : number);
// What takes less than a tenth of a second is written in milliseconds, on the page as in its charts.
const readable = (values, unit) => {
  const largest = Math.max(...values.map(Math.abs));
  return unit === "s" && largest > 0 && largest < 0.1 ? [1000, "ms"] : [1, unit];
};

export function withUnit(value, unit) {
  const [factor, shown] = readable([value], unit);
  return beside(written(value * factor, places(value * factor, shown)), shown);
}

// The ticks of an axis have as many places as the step between them needs, and all of them the same.
export function ticksWithUnit(ticks, step, unit) {
  const [factor, shown] = readable(ticks, unit);
  const digits = (step * factor).toFixed(10).replace(/0+$/, "").split(".")[1].length;
  return ticks.map((tick) =>
    beside(written(tick * factor, { minimumFractionDigits: digits, maximumFractionDigits: digits }), shown),
  );
}

// The reader's own zone as the profile has it, which may not be the browser's.
export const inZone = (seconds) =>
  dataset.zone ? uPlot.tzDate(new Date(seconds * 1000), dataset.zone) : new Date(seconds * 1000);

const DATE = { weekday: "short", day: "numeric", month: "short" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

// A bucket says from when to when it goes, one of a day which day it is.
export function moment(seconds, step = 0) {
  const here = inZone(seconds);
  if (step >= 86400) return here.toLocaleString(locale, DATE);
  const from = here.toLocaleString(locale, { ...DATE, ...TIME });
  return step >= 60 ? `${from} – ${inZone(seconds + step).toLocaleString(locale, TIME)}` : from;
}

// One line under the axis: the time of day, the date at midnight, dates alone where a step is a day or more.
export function axisWords(ticks, step) {
  return ticks.map((tick) => {
    const here = inZone(tick);
    const midnight = here.getHours() === 0 && here.getMinutes() === 0;
    return here.toLocaleString(locale, step >= 86400 || midnight ? { day: "numeric", month: "short" } : TIME);
  });
}
