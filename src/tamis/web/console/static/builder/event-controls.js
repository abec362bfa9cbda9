// The controls of a condition about events: what is asked of them, and when they happened.

import { fillSelect, visible } from "./dom.js";
import { controls } from "./value-controls.js";

// Fills the lists and values of a condition; `changed(patch, typing, redraw)` is called with what changes in it.
export function fillEventControls(element, node, events, changed) {
  const part = (name) => element.querySelector(`:scope > .what [data-part="${name}"]`);
  const label = visible(events.label(node));
  const isChosen = node.event !== "";
  fillSelect(part("form"), { label: `${label}: what to ask`, choices: events.forms, chosen: node.form });
  fillProperty(part("property"), node, events, label);
  const test = events.test(node);
  const asked = element.querySelector(".test");
  asked.hidden = !test || !isChosen;
  if (test) fillAsked(asked, test, "operator", (values, ...how) => changed({ values }, ...how));
  element.querySelector(".times").hidden = node.form !== "count" || !isChosen;
  const window = events.window(node);
  fillAsked(element.querySelector(".window"), { ...window, operators: [{ name: "", label: "at any time" }, ...window.operators] },
    "window", (values, ...how) => changed({ window: { operator: node.window.operator, values } }, ...how));
  for (const control of element.querySelectorAll(".window > .values [data-part]")) {
    control.dataset.part = `window-${control.dataset.part}`;
  }
  part("form").hidden = element.querySelector(".window").hidden = !isChosen;
  if (!isChosen) part("property").hidden = true;
}

function fillProperty(select, node, events, label) {
  select.hidden = node.property === null;
  if (select.hidden) return;
  const fitting = events.fitting(node).map((one) => ({ name: String(one.id), label: one.name }));
  const blank = { name: "", label: fitting.length ? "Choose a property…" : "No property fits" };
  const choices = node.property === "" ? [blank, ...fitting] : fitting;
  fillSelect(select, { label: `${label}: property`, choices, chosen: String(node.property) });
}

// An operator, in the list with a part of this name, and its values.
function fillAsked(holder, { schema, node, operators }, part, changed) {
  const label = `${schema.fieldLabel(node)}: operator`;
  fillSelect(holder.querySelector(`[data-part="${part}"]`), { label, choices: operators, chosen: node.operator });
  holder.querySelector(".values").replaceChildren(...controls(node, schema, changed));
}
