"use strict";
// Elements and words. Whatever was not written here comes into the page by `text` and `append` of strings: as text.

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function card(title, aside, ...children) {
  const id = `h-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  const note = aside ? el("p", { class: "soft small" }, aside) : null;
  return el("section", { class: "card", "aria-labelledby": id }, el("header", {}, el("h2", { id }, title), note), ...children);
}

// Columns: {name, number?, cell(row) -> node, list or text}. The first one names its row; one that is empty in every row is left
// out. Roles are said, since narrow windows stack.
function table(caption, known, rows) {
  const columns = known.filter((column, place) => place === 0 || rows.some((row) => [column.cell(row)].flat().some((one) => one !== "" && one !== null)));
  const head = columns.map((column) =>
    el("th", { scope: "col", role: "columnheader", class: column.number ? "number" : null }, column.name || el("span", { class: "unseen" }, column.unseen)),
  );
  const body = rows.map((row) =>
    el(
      "tr",
      { role: "row" },
      columns.map((column, place) =>
        place === 0
          ? el("th", { scope: "row", role: "rowheader" }, column.cell(row))
          : el("td", { role: "cell", "data-label": column.name || null, class: [column.number && "number", column.bars && "bars"].filter(Boolean).join(" ") || null }, ...whole_cell(column.cell(row))),
      ),
    ),
  );
  return el(
    "table",
    { role: "table", class: columns.length > 5 ? "stacks" : null },
    el("caption", { class: "unseen" }, caption),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, head)),
    el("tbody", { role: "rowgroup" }, body),
  );
}

// One element, which narrow windows set beside the name of its column; none where there is nothing.
function whole_cell(content) {
  const parts = [content].flat().filter((one) => one !== "" && one !== null);
  return parts.length ? [el("div", {}, parts)] : [];
}

// A table of names and counts, each count with its bar.
function counts(caption, name, unit, entries, most = 12) {
  const sorted = [...entries].sort((a, b) => b[1] - a[1]);
  const highest = sorted.length ? sorted[0][1] : 1;
  const columns = [
    { name, cell: (entry) => el("span", { class: "mono" }, entry[0]) },
    { unseen: "Bar", bars: true, cell: (entry) => bar(entry[1] / highest) },
    { name: unit, number: true, cell: (entry) => whole(entry[1]) },
  ];
  const first = table(caption, columns, sorted.slice(0, most));
  if (sorted.length <= most) return first;
  const rest = table(`${caption}, further ones`, columns, sorted.slice(most));
  return el("div", {}, first, el("details", {}, el("summary", {}, `${sorted.length - most} more`), rest));
}

function bar(share) {
  const drawn = el("span", { class: "bar", "aria-hidden": "true" });
  drawn.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return drawn;
}

function figure(name, value, ...notes) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value), notes.filter(Boolean).map((note) => el("dd", { class: "note" }, note)));
}

function pairs(...entries) {
  const shown = entries.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return shown.length ? el("dl", { class: "pairs" }, shown.map(([name, value]) => [el("dt", {}, name), el("dd", { class: "quoted" }, value)])) : null;
}

function word(kind, text) {
  return el("span", { class: `word ${kind}` }, text);
}

const STATUS_KINDS = { succeeded: "good", failed: "bad", cancelled: "", interrupted: "half", running: "busy", queued: "busy", waiting_for_host: "busy" };
const status_of = (status) => word(STATUS_KINDS[status] || "", said(status));
const level_of = (level) => word({ live: "good", mock: "half", static_only: "" }[level] || "", said(level));

const said = (name) => String(name).replaceAll("_", " ");
const whole = (number) => new Intl.NumberFormat("en").format(number);
const count = (number, one, many) => `${whole(number)} ${number === 1 ? one : many || `${one}s`}`;
const percent = (rate) => (rate === null || rate === undefined ? "–" : `${Math.round(rate * 100)} %`);

function dollars(amount) {
  if (amount === null || amount === undefined) return "not known";
  if (amount === 0) return "$0";
  return `$${amount.toFixed(amount < 0.1 ? 4 : 2)}`;
}

const cents = (amount) => `$${Number(amount.toFixed(4))}`;

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const clock = (at) => at.toLocaleString("en", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function moment(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return String(text);
  return el("time", { datetime: text }, clock(at));
}

// What is otherwise: of two objects only the members that differ.
function change(one) {
  const [before, after] = [one.described, one.observed];
  const plain = (given) => given && typeof given === "object" && !Array.isArray(given);
  if (!plain(before) || !plain(after)) return el("div", { class: "change" }, el("code", {}, value(before)), arrow(), el("code", {}, value(after)));
  const names = Object.keys({ ...before, ...after }).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return names.map((name) => el("div", { class: "change" }, el("span", { class: "soft small" }, said(name)), el("code", {}, value(before[name])), arrow(), el("code", {}, value(after[name]))));
}

const arrow = () => el("span", { class: "soft" }, el("span", { "aria-hidden": "true" }, "→"), el("span", { class: "unseen" }, "is in fact"));

// A value of a fact, as short as it can be said.
function value(anything) {
  if (anything === null || anything === undefined) return "nothing";
  const text = typeof anything === "string" ? anything : JSON.stringify(anything);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
