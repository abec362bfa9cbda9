// The control for the values of a condition: the right one for each kind. Each tells what it holds by
// `changed(values, typing, redraw)`, where `typing` says that somebody is in the middle of it, and `redraw` that the
// control does not show the values by itself.

import { goOn } from "../enter-key.js";
import { h, number, visible } from "./dom.js";
import { openPicker } from "./listbox.js";
import { suggest } from "./suggestions.js";
import { tokens } from "./token-input.js";

const FEW = 12;
const ONE_UNIT = { hour: "hours", day: "days", week: "weeks", month: "months", year: "years" };
const DAY_OR_MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?$/;

export function controls(node, table, changed) {
  const shape = table.shape(node);
  const takes = table.operator(node)?.takes ?? "none";
  const about = { node, table, field: table.field(node), label: `${table.nameOf(node)}, value` };
  if (takes === "none") return [];
  if (takes === "many") return many(about, shape, changed);
  if (takes === "two") {
    const values = [node.values[0] ?? "", node.values[1] ?? ""];
    const set = (index) => (value, typing, redraw) => {
      values[index] = value;
      changed([...values], typing, redraw);
    };
    return [
      single(shape, { ...about, label: `${table.nameOf(node)}, from` }, values[0], set(0), 0),
      h("span", { class: "word" }, "and"),
      single(shape, { ...about, label: `${table.nameOf(node)}, to` }, values[1], set(1), 1),
    ];
  }
  return [single(shape, about, node.values[0] ?? "", (value, ...how) => changed([value], ...how), 0)];
}

function single(shape, about, value, set, index) {
  const make = { number: numeric, date: day, datetime: moment, duration, boolean, choice, choices: choice, segment };
  const made = (make[shape] ?? text)(about, value, set);
  made.dataset.value = index;
  const control = made.matches("input, select, button") ? made : made.querySelector("input, select");
  control.dataset.part ??= `value-${index}`;
  return made;
}

function input(type, about, value, set, attributes = {}) {
  const made = h("input", { type, value, "aria-label": about.label, spellcheck: "false", ...attributes });
  made.addEventListener("input", () => set(made.value, true));
  return made;
}

function text(about, value, set) {
  const made = input("text", about, value, set, { placeholder: "Enter a value", maxlength: 10000 });
  const field = about.field;
  if (about.table.suggests(field)) {
    suggest(made, about, (item, byKey) => {
      made.value = item.key;
      set(item.key, false);
      if (byKey) goOn(made);
    });
  }
  return made;
}

const numeric = (about, value, set) =>
  input("text", about, value, set, { inputmode: "decimal", placeholder: "Enter a number", class: "short" });

const day = (about, value, set) => input("date", about, value, set, { max: "9999-12-31" });

// A whole day, or a day with a time. One that was written with an offset stays as it was written.
function moment(about, value, set) {
  const [, date, time] = value.match(DAY_OR_MOMENT) ?? [];
  if (value && !date) return input("text", about, value, set, { placeholder: "2024-12-31 23:59" });
  const write = (typing) => set(days.value && hours.value ? `${days.value}T${hours.value}` : days.value, typing);
  const days = input("date", about, date ?? "", () => write(true), { max: "9999-12-31" });
  const hours = input("time", { label: `${about.label}, time (optional)` }, time ?? "",
    () => write(true), { class: "time", step: time?.length > 5 ? 1 : null, "data-part": "time" });
  return h("span", { class: "together" }, days, hours);
}

function duration(about, value, set) {
  const [, count, unit] = value.toLowerCase().match(/^\s*(\d*)\s*([a-z]*?)s?\s*$/) ?? [];
  if (count === undefined || (unit && !ONE_UNIT[unit])) return input("text", about, value, set);
  const write = (typing) => set(counted.value.trim() ? `${counted.value.trim()} ${units.value}` : "", typing);
  const counted = input("text", about, count, () => write(true), { inputmode: "numeric", class: "tiny", maxlength: 12 });
  const hoursToo = about.field?.kind === "datetime" && about.table.operator(about.node).hours;
  const names = Object.entries(ONE_UNIT).filter(([name]) => name !== "hour" || hoursToo || unit === "hour");
  const units = h("select", { "aria-label": `${about.label}, unit`, "data-part": "unit" },
    ...names.map(([name, many]) => h("option", { value: many, selected: name === (unit || "day") }, many)));
  units.addEventListener("change", () => write(false));
  return h("span", { class: "together" }, counted, units);
}

function boolean(about, value, set) {
  const made = h("select", { "aria-label": about.label },
    ...[["true", "Yes"], ["false", "No"]].map(([name, label]) =>
      h("option", { value: name, selected: name === value.toLowerCase() }, label)));
  made.addEventListener("change", () => set(made.value, false));
  return made;
}

function choice(about, value, set) {
  const options = about.field.options;
  const made = h("select", { "aria-label": about.label }, h("option", { value: "", selected: !value }, "Choose…"),
    ...options.map((name) => h("option", { value: name, selected: same(name, value) }, name)));
  if (value && !options.some((name) => same(name, value))) {
    made.append(h("option", { value, selected: true }, value));
  }
  made.addEventListener("change", () => set(made.value, false));
  about.table.values(about.field, "").then((values) => {
    for (const [name, count] of values) {
      const option = [...made.options].find((one) => one.value === name);
      if (option) option.textContent = `${visible(name)} (${number(count)})`;
    }
  });
  return made;
}

function segment(about, value, set) {
  const { table } = about;
  const known = table.segments.get(value);
  const text = known?.name ?? (value ? `Segment ${value}` : "Choose a segment");
  const made = h("button", {
    type: "button", class: "pick", "aria-haspopup": "dialog", "aria-expanded": "false", "data-enter-stop": true,
  }, h("span", { class: "visually-hidden" }, `${about.label}: `), h("span", {}, text), known ? h("span", { class: "beside" }, number(known.size)) : null);
  made.addEventListener("click", () => openPicker(made, {
    label: "Choose a segment",
    load: (typed) => matching(typed, table.data.segments.map((one) => ({
      key: String(one.id), label: one.name, count: one.size, disabled: one.circular,
      note: one.circular ? "Already uses this segment" : undefined,
    }))),
    pick: (item) => set(item.key, false, true),
  }));
  return made;
}

function many(about, shape, changed) {
  const options = about.field?.options ?? [];
  if (options.length && options.length <= FEW) return [pills(about, changed)];
  return [tokens(about, shape, changed)];
}

// A button for each option, with how many contacts have it.
function pills(about, changed) {
  const { node, field, table } = about;
  const chosen = node.values.map((value) => field.options.find((option) => same(option, value)) ?? value);
  const names = [...field.options, ...chosen.filter((value) => !field.options.includes(value))];
  const boxes = names.map((name, index) => h("label", { class: "pill" },
    h("input", { type: "checkbox", value: name, checked: chosen.includes(name), "data-part": `value-${index}` }),
    h("span", {}, name), h("span", { class: "beside" })));
  const made = h("span", { class: "pills", role: "group", "aria-label": about.label, "data-value": "all" }, ...boxes);
  made.addEventListener("change", () => {
    const ticked = [...made.querySelectorAll("input:checked")].map((box) => box.value);
    const order = [...chosen.filter((name) => ticked.includes(name)), ...ticked.filter((name) => !chosen.includes(name))];
    chosen.splice(0, chosen.length, ...order);
    changed(order, false);
  });
  table.values(field, "").then((values) => {
    const counts = new Map(values);
    boxes.forEach((box, index) => {
      const count = counts.get(names[index]);
      if (count !== undefined) box.lastElementChild.textContent = number(count);
    });
  });
  return made;
}

const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

// Those in whose names something stands; those that begin with it come first.
export function matching(typed, items) {
  const wanted = typed.trim().toLowerCase();
  const rank = (item) => Number(!item.label.toLowerCase().startsWith(wanted));
  const headings = [...new Set(items.map((item) => item.heading))];
  return items.filter((item) => item.label.toLowerCase().includes(wanted)).sort((one, other) => rank(one) - rank(other)
    || headings.indexOf(one.heading) - headings.indexOf(other.heading));
}
