// The controls for the values of a condition, by kind. Each reports its values with `changed(values, typing, redraw)`:
// `typing` while somebody types, `redraw` when the control does not show the new values itself.

import { focusNext } from "../enter-key.js";
import { h, number, visible } from "./dom.js";
import { openPicker } from "./listbox.js";
import { suggest } from "./suggestions.js";
import { tokens } from "./token-input.js";

const MAX_PILLS = 12;
const UNITS = { hour: "hours", day: "days", week: "weeks", month: "months", year: "years" };
const PERIODS = ["day", "week", "month", "quarter", "year"];
const CALENDAR = {
  month: ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December"],
  weekday: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  day: Array.from({ length: 31 }, (_, index) => String(index + 1)),
};
const DATE_OR_DATETIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?$/;

export function controls(node, schema, changed) {
  const controlType = schema.controlType(node);
  const takes = schema.operator(node)?.takes ?? "none";
  const context = { node, schema, field: schema.field(node), label: `${schema.fieldLabel(node)}, value` };
  if (takes === "none") return [];
  if (takes === "many") return many(context, controlType, changed);
  if (controlType === "share") return share(context, changed);
  if (takes === "two") {
    const values = [node.values[0] ?? "", node.values[1] ?? ""];
    const set = (index) => (value, typing, redraw) => {
      values[index] = value;
      changed([...values], typing, redraw);
    };
    return [
      single(controlType, { ...context, label: `${schema.fieldLabel(node)}, from` }, values[0], set(0), 0),
      h("span", { class: "word" }, "and"),
      single(controlType, { ...context, label: `${schema.fieldLabel(node)}, to` }, values[1], set(1), 1),
    ];
  }
  return [single(controlType, context, node.values[0] ?? "", (value, ...how) => changed([value], ...how), 0)];
}

function single(controlType, context, value, set, index) {
  const make = { number: numeric, date: day, datetime, duration, boolean, choice, choices: choice, segment, topic, period, age,
    field: otherField };
  const element = (make[controlType] ?? text)(context, value, set);
  element.dataset.value = index;
  const control = element.matches("input, select, button") ? element : element.querySelector("input, select");
  control.dataset.part ??= `value-${index}`;
  return element;
}

function input(type, context, value, set, attributes = {}) {
  const element = h("input", { type, value, "aria-label": context.label, spellcheck: "false", ...attributes });
  element.addEventListener("input", () => set(element.value, true));
  return element;
}

function text(context, value, set) {
  const element = input("text", context, value, set, { placeholder: "Enter a value", maxlength: 10000 });
  const field = context.field;
  if (context.schema.suggests(field)) {
    suggest(element, context, (item, byKey) => {
      element.value = item.key;
      set(item.key, false);
      if (byKey) focusNext(element);
    });
  }
  return element;
}

const numeric = (context, value, set) =>
  input("text", context, value, set, { inputmode: "decimal", placeholder: "Enter a number", class: "short" });

const day = (context, value, set) => input("date", context, value, set, { max: "9999-12-31" });

// A day, optionally with a time; `takesDays` says that people rarely want one. A value with an offset is kept as text.
function datetime(context, value, set) {
  const [, date, time] = value.match(DATE_OR_DATETIME) ?? [];
  if (value && !date) return input("text", context, value, set, { placeholder: "2024-12-31 23:59" });
  if (context.field?.takesDays && !time) return day(context, value, set);
  const write = (typing) => set(days.value && hours.value ? `${days.value}T${hours.value}` : days.value, typing);
  const days = input("date", context, date ?? "", () => write(true), { max: "9999-12-31" });
  const hours = input("time", { label: `${context.label}, time (optional)` }, time ?? "",
    () => write(true), { class: "time", step: time?.length > 5 ? 1 : null, "data-part": "time" });
  return h("span", { class: "together" }, days, hours);
}

function duration(context, value, set) {
  const [, count, unit] = value.toLowerCase().match(/^\s*(\d*)\s*([a-z]*?)s?\s*$/) ?? [];
  if (count === undefined || (unit && !UNITS[unit])) return input("text", context, value, set);
  const write = (typing) => set(counted.value.trim() ? `${counted.value.trim()} ${units.value}` : "", typing);
  const counted = input("text", context, count, () => write(true), { inputmode: "numeric", class: "tiny", maxlength: 12 });
  const allowsHours = context.field?.kind === "datetime" && context.schema.operator(context.node).hours;
  const names = Object.entries(UNITS).filter(([name]) => name !== "hour" || allowsHours || unit === "hour");
  const units = h("select", { "aria-label": `${context.label}, unit`, "data-part": "unit" },
    ...names.map(([name, many]) => h("option", { value: many, selected: name === (unit || "day") }, many)));
  units.addEventListener("change", () => write(false));
  return h("span", { class: "together" }, counted, units);
}

function period(context, value, set) {
  const element = h("select", { "aria-label": context.label },
    ...PERIODS.map((name) => h("option", { value: name, selected: name === value.toLowerCase() }, name)));
  element.addEventListener("change", () => set(element.value, false));
  return element;
}

const age = (context, value, set) => h("span", { class: "together" },
  input("text", context, value, set, { inputmode: "numeric", class: "tiny", maxlength: 12 }), h("span", { class: "word" }, "years"));

function boolean(context, value, set) {
  const element = h("select", { "aria-label": context.label },
    ...[["true", "Yes"], ["false", "No"]].map(([name, label]) =>
      h("option", { value: name, selected: name === value.toLowerCase() }, label)));
  element.addEventListener("change", () => set(element.value, false));
  return element;
}

function choice(context, value, set) {
  const options = context.field.options;
  const element = h("select", { "aria-label": context.label }, h("option", { value: "", selected: !value }, "Choose…"),
    ...options.map((name) => h("option", { value: name, selected: same(name, value) }, name)));
  if (value && !options.some((name) => same(name, value))) {
    element.append(h("option", { value, selected: true }, value));
  }
  element.addEventListener("change", () => set(element.value, false));
  context.schema.values(context.field, "").then((values) => {
    for (const [name, count] of values) {
      const option = [...element.options].find((one) => one.value === name);
      if (option) option.textContent = `${visible(name)} (${number(count)})`;
    }
  });
  return element;
}

function segment(context, value, set) {
  const { schema } = context;
  const known = schema.segments.get(value);
  const text = known?.name ?? (value ? `Segment ${value}` : "Choose a segment");
  const element = h("button", {
    type: "button", class: "pick", "aria-haspopup": "dialog", "aria-expanded": "false", "data-enter-stop": true,
  }, h("span", { class: "visually-hidden" }, `${context.label}: `), h("span", {}, text), known ? h("span", { class: "beside" }, number(known.size)) : null);
  element.addEventListener("click", () => openPicker(element, {
    label: "Choose a segment",
    load: (typed) => matching(typed, schema.data.segments.map((one) => ({
      key: String(one.id), label: one.name, count: one.size, disabled: one.circular,
      note: one.circular ? "Already uses this segment" : undefined,
    }))),
    pick: (item) => set(item.key, false, true),
  }));
  return element;
}

function topic(context, value, set) {
  const { topics } = context.schema;
  const element = h("select", { "aria-label": `${context.label}: topic` },
    ...(topics.has(value) ? [] : [h("option", { value, selected: true }, value ? `Topic ${value}` : "Choose a topic")]),
    ...[...topics].map(([id, { name }]) => h("option", { value: id, selected: id === value }, visible(name))));
  element.addEventListener("change", () => set(element.value, false));
  return element;
}

// A percentage, and the name for which the same contacts are chosen each time.
function share(context, changed) {
  const values = [context.node.values[0] ?? "", context.node.values[1] ?? ""];
  const set = (index, value) => {
    values[index] = value;
    changed([...values], true);
  };
  const percentage = input("text", { label: `${context.label}: percentage` }, values[0].replace(/\s*%\s*$/, ""),
    (value) => set(0, value && `${value}%`), { inputmode: "decimal", class: "tiny", maxlength: 12 });
  const name = input("text", { label: `${context.label}: name` }, values[1], (value) => set(1, value),
    { placeholder: "Name, such as autumn test", maxlength: 255 });
  Object.assign(percentage.dataset, { value: 0, part: "value-0" });
  Object.assign(name.dataset, { value: 1, part: "value-1" });
  return [h("span", { class: "together" }, percentage, h("span", { class: "word" }, "%")), name];
}

// Another field of the same kind.
function otherField(context, value, set) {
  const { field, schema } = context;
  const fields = schema.data.fields.filter((one) => one.kind === field?.kind && one.id !== field.id);
  const written = value.trim().replaceAll("`", "").toLowerCase();
  const isChosen = (one) => [String(one.id), one.key, one.name.toLowerCase()].includes(written);
  const element = h("select", { "aria-label": context.label },
    h("option", { value: "", selected: !value }, fields.length ? "Choose a field…" : "There is no other field of this kind"),
    ...fields.map((one) => h("option", { value: String(one.id), selected: isChosen(one) }, one.name)));
  if (value && !fields.some(isChosen)) element.append(h("option", { value, selected: true }, value));
  element.addEventListener("change", () => set(element.value, false));
  return element;
}

function many(context, controlType, changed) {
  const names = CALENDAR[controlType];
  if (names) {
    const node = { ...context.node, values: context.node.values.map((value) => calendarName(value, names)) };
    return [pills({ ...context, node }, names, changed)];
  }
  const options = context.field?.options ?? [];
  if (options.length && options.length <= MAX_PILLS) return [countedPills(context, changed)];
  return [tokens(context, controlType, changed)];
}

// The name that a number or an abbreviation stands for.
function calendarName(value, names) {
  const written = value.trim().toLowerCase();
  const number = names === CALENDAR.month ? Number(written) : 0;
  return names[number - 1] ?? names.find((name) => written.length > 2 && name.toLowerCase().startsWith(written)) ?? value;
}

// A button for each option, with its number of contacts.
function countedPills(context, changed) {
  const { field, schema } = context;
  const element = pills(context, field.options, changed);
  schema.values(field, "").then((values) => {
    const counts = new Map(values);
    for (const box of element.querySelectorAll(".pill")) {
      const count = counts.get(box.querySelector("input").value);
      if (count !== undefined) box.lastElementChild.textContent = number(count);
    }
  });
  return element;
}

// A button for each option, and for each value that is none.
function pills(context, options, changed) {
  const chosen = context.node.values.map((value) => options.find((option) => same(option, value)) ?? value);
  const names = [...options, ...chosen.filter((value) => !options.includes(value))];
  const boxes = names.map((name, index) => h("label", { class: "pill" },
    h("input", { type: "checkbox", value: name, checked: chosen.includes(name), "data-part": `value-${index}` }),
    h("span", {}, name), h("span", { class: "beside" })));
  const element = h("span", { class: "pills", role: "group", "aria-label": context.label, "data-value": "all" }, ...boxes);
  element.addEventListener("change", () => {
    const ticked = [...element.querySelectorAll("input:checked")].map((box) => box.value);
    const order = [...chosen.filter((name) => ticked.includes(name)), ...ticked.filter((name) => !chosen.includes(name))];
    chosen.splice(0, chosen.length, ...order);
    changed(order, false);
  });
  return element;
}

const same = (one, other) => one.trim().toLowerCase() === other.trim().toLowerCase();

// Items whose label contains the typed text; those that start with it come first.
export function matching(typed, items) {
  const wanted = typed.trim().toLowerCase();
  const rank = (item) => Number(!item.label.toLowerCase().startsWith(wanted));
  const headings = [...new Set(items.map((item) => item.heading))];
  return items.filter((item) => item.label.toLowerCase().includes(wanted)).sort((one, other) => rank(one) - rank(other)
    || headings.indexOf(one.heading) - headings.indexOf(other.heading));
}
