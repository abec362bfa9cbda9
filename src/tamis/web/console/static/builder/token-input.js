// Several values of a condition as removable tokens; values are typed, chosen from suggestions, or pasted as a list.

import { h, icon, number } from "./dom.js";
import { suggest } from "./suggestions.js";

const SHOWN = 40;
const TYPES = { date: "date", datetime: "text", number: "text" };
const EXAMPLES = { date: "", datetime: "2024-12-31 or 2024-12-31 23:59", number: "Add a number" };

export function tokens(context, controlType, changed) {
  let values = [...context.node.values];
  let suggestions = null;
  const list = h("span", { class: "token-list" });
  const input = h("input", {
    type: TYPES[controlType] ?? "text", "aria-label": `${context.label}: type a value and press Enter`, spellcheck: "false",
    placeholder: EXAMPLES[controlType] ?? "Add a value", "data-part": "value-0",
  });
  const asList = h("button", { type: "button", class: "button quiet small", "data-part": "list",
    "aria-label": `${context.label}: edit as a list` }, "List");
  const element = h("span", { class: "tokens", "data-value": "all" }, list, input, asList);
  const title = `${context.field.name} ${context.schema.operator(context.node).label}`;
  const has = () => new Set(values.map((value) => value.toLowerCase()));

  function set(next, typing = false) {
    values = next;
    draw();
    changed([...values], typing);
  }

  function add(more) {
    const known = has();
    const fresh = [];
    for (const value of more.map((one) => one.trim()).filter(Boolean)) {
      if (known.has(value.toLowerCase())) continue;
      known.add(value.toLowerCase());
      fresh.push(value);
    }
    input.value = "";
    if (fresh.length) set([...values, ...fresh]);
    if (document.activeElement === input) suggestions?.show();
  }

  function draw() {
    list.replaceChildren(...values.slice(0, SHOWN).map((value, index) => h("span", { class: "token" },
      h("span", {}, value),
      h("button", {
        type: "button", "aria-label": `Remove ${value}`,
        onclick: () => { input.focus(); set(values.toSpliced(index, 1)); },
      }, icon("cross")))),
      ...(values.length > SHOWN ? [h("span", { class: "token more" }, `and ${number(values.length - SHOWN)} more`)] : []));
    input.setAttribute("aria-description", `${number(values.length)} selected`);
  }

  // Suggestions handle keys first: Enter takes the highlighted one.
  if (context.schema.suggests(context.field)) {
    suggestions = suggest(input, { ...context, without: has }, (item) => add([item.key]));
  }
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim()) {
      if (!event.ctrlKey && !event.metaKey) event.preventDefault(); // the next one can be typed
      add([input.value]);
    } else if (event.key === "Backspace" && !input.value && values.length) {
      set(values.slice(0, -1));
    }
  });
  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text");
    if (!/[\n\t;]/.test(pasted.trim())) return;
    event.preventDefault();
    add(pasted.split(/[\n\t;]+/));
  });
  input.addEventListener("blur", () => add([input.value])); // typed text is not lost silently
  asList.addEventListener("click", () => editAsList(values, title, (lines) => {
    values = [];
    add(lines);
    if (!values.length) set([]);
  }));
  draw();
  return element;
}

function editAsList(values, label, done) {
  const dialog = document.getElementById("value-list");
  const area = dialog.querySelector("textarea");
  dialog.querySelector("h2").textContent = label;
  area.value = values.join("\n");
  dialog.onclose = () => { if (dialog.returnValue === "take") done(area.value.split(/\n/)); };
  dialog.returnValue = "";
  dialog.showModal();
  area.focus();
}
