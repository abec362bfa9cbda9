// The controls of a condition about events: what is asked of them, and when they happened.

import { h, visible } from "./dom.js";
import { controls } from "./value-controls.js";

// `changed(patch, typing, redraw)` is called with what changes in the condition.
export function askedControls(node, events, changed) {
  const label = visible(events.label(node));
  const form = choice("form", `${label}: what to ask`, events.forms, node.form);
  const test = events.test(node);
  if (!test) return [form];
  const words = node.form === "count" ? [h("span", { class: "word" }, "times")] : [];
  return [
    form,
    ...(node.property === null ? [] : [propertyChoice(node, events, label)]),
    h("span", { class: "test" },
      choice("operator", `${test.schema.fieldLabel(test.node)}: operator`, test.operators, node.operator),
      h("span", { class: "values" }, ...controls(test.node, test.schema, (values, ...how) => changed({ values }, ...how)), ...words)),
  ];
}

export function windowControls(node, events, changed) {
  const window = events.window(node);
  const choices = [{ name: "", label: "at any time" }, ...window.operators];
  const element = choice("window", `${window.schema.fieldLabel(window.node)}: when it happened`, choices, window.node.operator);
  if (!node.window) return [element];
  const values = h("span", { class: "values" }, ...controls(window.node, window.schema, (values, ...how) =>
    changed({ window: { operator: node.window.operator, values } }, ...how)));
  for (const control of values.querySelectorAll("[data-part]")) control.dataset.part = `window-${control.dataset.part}`;
  return [element, ...values.childNodes.length ? [values] : []];
}

function choice(part, label, choices, chosen) {
  const element = h("select", { "data-part": part, "aria-label": label },
    ...choices.map((one) => h("option", { value: one.name, selected: one.name === chosen }, one.label)));
  if (!choices.some((one) => one.name === chosen)) element.append(h("option", { value: chosen, selected: true }, chosen));
  return element;
}

function propertyChoice(node, events, label) {
  const fitting = events.fitting(node);
  const blank = { name: "", label: fitting.length ? "Choose a property…" : "No property fits" };
  const known = fitting.map((one) => ({ name: String(one.id), label: one.name }));
  return choice("property", `${label}: property`, node.property === "" ? [blank, ...known] : known, String(node.property));
}
