// Draws the tree. What did not change keeps its elements, and with them the focus and what is half typed.

import { controls } from "./value-controls.js";
import { fromTemplate, h, number, visible } from "./dom.js";
import { isGroup } from "./rule-tree.js";

const JOINERS = { all: "and", any: "or", none: "nor" };

export class View {
  #host;
  #table;
  #changed;
  #made = new Map();

  // `changed(id, values, typing, redraw)` is told when a control has other values.
  constructor(host, table, changed) {
    this.#host = host;
    this.#table = table;
    this.#changed = changed;
  }

  // `focus` is where it goes, {id, part}; without it, it stays where it is.
  render(root, focus = null) {
    const wanted = focus ?? this.focused();
    const made = new Map();
    const element = this.#place(root, made);
    this.#made = made;
    if (this.#host.firstElementChild !== element) this.#host.replaceChildren(element);
    if (wanted) this.focus(wanted);
  }

  // Takes note that a control shows these values already.
  accept(node) {
    const known = this.#made.get(node.id);
    if (known) known.node = node;
  }

  element(id) {
    return this.#made.get(id)?.element;
  }

  focused() {
    const active = document.activeElement;
    if (!this.#host.contains(active)) return null;
    return { id: Number(active.closest("[data-node]").dataset.node), part: active.dataset.part, active };
  }

  focus({ id, part, active }) {
    if (active && active === document.activeElement) return;
    const element = this.element(id);
    const own = (selector) => [...(element?.querySelectorAll(selector) ?? [])]
      .find((one) => one.closest("[data-node]") === element && one.getClientRects().length);
    const target = own(`[data-part="${part}"]`) ?? own("[data-part]");
    target?.focus();
    if (active?.setSelectionRange && target?.type === active.type && active.selectionStart !== null) {
      target.setSelectionRange(active.selectionStart, active.selectionEnd);
    }
  }

  #place(node, made) {
    const known = this.#made.get(node.id);
    let element = known?.element;
    if (isGroup(node)) {
      element ??= fromTemplate("group");
      if (known?.node === node) this.#keep(node, made);
      else this.#fillGroup(element, node, made);
    } else if (!element || known.node !== node) {
      element = this.#makeCondition(node);
    }
    element.dataset.node = node.id;
    made.set(node.id, { node, element });
    return element;
  }

  #keep(node, made) {
    for (const part of node.parts) {
      made.set(part.id, this.#made.get(part.id));
      if (isGroup(part)) this.#keep(part, made);
    }
  }

  #fillGroup(element, node, made) {
    const own = (selector) => [...element.querySelectorAll(selector)]
      .filter((one) => one.parentElement.closest(".group") === element);
    for (const radio of own(".joins input")) {
      radio.name = `join-${node.id}`;
      radio.checked = radio.value === node.join;
    }
    const parts = node.parts.map((part) => this.#place(part, made));
    const list = element.querySelector(":scope > .parts");
    const wanted = new Set(parts);
    for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
    parts.forEach((part, i) => {
      if (list.children[i] !== part) list.insertBefore(part, list.children[i] ?? null);
    });
    parts.forEach((part, i) => {
      part.querySelector(":scope > .joiner").textContent = i ? JOINERS[node.join] : "";
    });
    element.querySelector(":scope > .nobody").hidden = parts.length > 0;
  }

  #makeCondition(node) {
    const element = fromTemplate("condition");
    const table = this.#table;
    const name = table.nameOf(node);
    const button = element.querySelector('[data-part="field"]');
    button.querySelector("span").textContent = visible(name);
    button.classList.toggle("blank", node.field === "");
    button.setAttribute("aria-label", `Field: ${visible(name)}`);
    const select = element.querySelector('[data-part="operator"]');
    const operators = table.operatorsFor(node);
    select.replaceChildren(...operators.map((one) =>
      h("option", { value: one.name, selected: one.name === node.operator }, one.label)));
    if (node.operator && !operators.some((one) => one.name === node.operator)) {
      select.append(h("option", { value: node.operator, selected: true }, node.operator));
    }
    select.hidden = node.field === "";
    select.setAttribute("aria-label", `${name}: operator`);
    const holder = element.querySelector(".values");
    holder.replaceChildren(...controls(node, table, (...said) => this.#changed(node.id, ...said)));
    return element;
  }

  // Shows what the server says of each part; parts of which it says nothing have no number.
  tell(places, said) {
    const wrong = new Map();
    for (const problem of said.problems) {
      const { id, value } = places.find(problem.path);
      if (id !== undefined) wrong.set(id, [...(wrong.get(id) ?? []), { ...problem, value }]);
    }
    const open = new Set(said.unfinished.map((place) => places.find(place).id));
    for (const [id, place] of places.entries()) {
      const element = this.element(id);
      if (element) this.#tellOne(element, said, place, wrong.get(id) ?? [], open.has(id));
    }
    return [...places.entries()].map(([id]) => id).find((id) => open.has(id) || wrong.has(id));
  }

  #tellOne(element, said, place, problems, unfinished) {
    const counted = said.counts[place];
    const tally = element.querySelector(":scope > .tally, :scope > .group-head > .tally");
    tally.hidden = !counted;
    if (counted) {
      const bar = tally.querySelector("progress");
      bar.max = Math.max(said.total, 1);
      bar.value = counted[0];
      tally.querySelector("[data-count]").textContent = number(counted[0]);
      tally.querySelector("[data-share]").textContent = counted[1];
      const soFar = said.so_far[place];
      tally.querySelector("[data-so-far]").textContent = soFar === undefined ? "" : `${number(soFar)} so far`;
    }
    element.classList.toggle("unfinished", unfinished);
    const says = element.querySelector(":scope > .problem");
    says.hidden = !problems.length;
    says.querySelector("span").textContent = problems.map((one) => one.message).join("; ");
    if (element.classList.contains("group")) return;
    for (const control of element.querySelectorAll(".what input, .what select, .what button.pick")) {
      const index = control.closest("[data-value]")?.dataset.value;
      const isWrong = problems.some((one) => (one.value === null && index === undefined) || index === "all"
        || String(one.value) === index);
      if (problems.length && isWrong) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  }
}
