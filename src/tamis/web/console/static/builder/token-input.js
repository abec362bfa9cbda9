// Many values in one condition: each is a token that can be taken out, the rest is typed, chosen, or pasted as a list.

import { h, icon, number } from "./dom.js";
import { suggest } from "./suggestions.js";

const SHOWN = 40;
const TYPES = { date: "date", datetime: "text", number: "text" };
const EXAMPLES = { date: "", datetime: "2024-12-31 or 2024-12-31 23:59", number: "Add a number" };

export function tokens(about, shape, changed) {
  let values = [...about.node.values];
  let offered = null;
  const list = h("span", { class: "token-list" });
  const input = h("input", {
    type: TYPES[shape] ?? "text", "aria-label": `${about.label}: type a value and press Enter`, spellcheck: "false",
    placeholder: EXAMPLES[shape] ?? "Add a value", "data-part": "value-0",
  });
  const asList = h("button", { type: "button", class: "button quiet small", "data-part": "list",
    "aria-label": `${about.label}: edit as a list` }, "List");
  const made = h("span", { class: "tokens", "data-value": "all" }, list, input, asList);
  const title = `${about.field.name} ${about.table.operator(about.node).label}`;
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
    if (document.activeElement === input) offered?.show();
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

  // The list of suggestions comes first: what is highlighted there is what Enter takes.
  if (about.table.suggests(about.field)) {
    offered = suggest(input, { ...about, without: has }, (item) => add([item.key]));
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
  input.addEventListener("blur", () => add([input.value])); // nothing that was typed is lost without a word
  asList.addEventListener("click", () => editAsList(values, title, (lines) => {
    values = [];
    add(lines);
    if (!values.length) set([]);
  }));
  draw();
  return made;
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
