// Renders the tree. Unchanged nodes keep their elements, and with them focus and partial input.

import { controls } from "./value-controls.js";
import { fromTemplate, h, number, visible } from "./dom.js";
import { isGroup } from "./rule-tree.js";

const JOINERS = { all: "and", any: "or", none: "nor" };

export class TreeView {
  #host;
  #schema;
  #changed;
  #nodes = new Map();

  // `changed(id, values, typing, redraw)` is called when the values of a control change.
  constructor(host, schema, changed) {
    this.#host = host;
    this.#schema = schema;
    this.#changed = changed;
  }

  // `focus` is {id, part}; without it, the focus stays where it is.
  render(root, focus = null) {
    const wanted = focus ?? this.focused();
    const nodes = new Map();
    const element = this.#renderNode(root, nodes);
    this.#nodes = nodes;
    if (this.#host.firstElementChild !== element) this.#host.replaceChildren(element);
    if (wanted) this.focus(wanted);
  }

  // Notes that a control shows these values already.
  accept(node) {
    const known = this.#nodes.get(node.id);
    if (known) known.node = node;
  }

  element(id) {
    return this.#nodes.get(id)?.element;
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

  #renderNode(node, nodes) {
    const known = this.#nodes.get(node.id);
    let element = known?.element;
    if (isGroup(node)) {
      element ??= fromTemplate("group");
      if (known?.node === node) this.#keepNodes(node, nodes);
      else this.#fillGroup(element, node, nodes);
    } else if (!element || known.node !== node) {
      element = this.#makeCondition(node);
    }
    element.dataset.node = node.id;
    nodes.set(node.id, { node, element });
    return element;
  }

  #keepNodes(node, nodes) {
    for (const part of node.parts) {
      nodes.set(part.id, this.#nodes.get(part.id));
      if (isGroup(part)) this.#keepNodes(part, nodes);
    }
  }

  #fillGroup(element, node, nodes) {
    const own = (selector) => [...element.querySelectorAll(selector)]
      .filter((one) => one.parentElement.closest(".group") === element);
    for (const radio of own(".joins input")) {
      radio.name = `join-${node.id}`;
      radio.checked = radio.value === node.join;
    }
    const parts = node.parts.map((part) => this.#renderNode(part, nodes));
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
    const schema = this.#schema;
    const name = schema.fieldLabel(node);
    const button = element.querySelector('[data-part="field"]');
    button.querySelector("span").textContent = visible(name);
    button.classList.toggle("blank", node.field === "");
    button.setAttribute("aria-label", `Field: ${visible(name)}`);
    const select = element.querySelector('[data-part="operator"]');
    const operators = schema.operatorsFor(node);
    select.replaceChildren(...operators.map((one) =>
      h("option", { value: one.name, selected: one.name === node.operator }, one.label)));
    if (node.operator && !operators.some((one) => one.name === node.operator)) {
      select.append(h("option", { value: node.operator, selected: true }, node.operator));
    }
    select.hidden = node.field === "";
    select.setAttribute("aria-label", `${name}: operator`);
    const holder = element.querySelector(".values");
    holder.replaceChildren(...controls(node, schema, (...args) => this.#changed(node.id, ...args)));
    return element;
  }

  // Shows the preview of each node; nodes without a count have no number.
  showPreview(paths, preview) {
    const wrong = new Map();
    for (const problem of preview.problems) {
      const { id, value } = paths.find(problem.path);
      if (id !== undefined) wrong.set(id, [...(wrong.get(id) ?? []), { ...problem, value }]);
    }
    const incomplete = new Set(preview.unfinished.map((path) => paths.find(path).id));
    for (const [id, path] of paths.entries()) {
      const element = this.element(id);
      if (element) this.#showNode(element, preview, path, wrong.get(id) ?? [], incomplete.has(id));
    }
    return [...paths.entries()].map(([id]) => id).find((id) => incomplete.has(id) || wrong.has(id));
  }

  #showNode(element, preview, path, problems, unfinished) {
    const counted = preview.counts[path];
    const tally = element.querySelector(":scope > .tally, :scope > .group-head > .tally");
    tally.hidden = !counted;
    if (counted) {
      const bar = tally.querySelector("progress");
      bar.max = Math.max(preview.total, 1);
      bar.value = counted[0];
      tally.querySelector("[data-count]").textContent = number(counted[0]);
      tally.querySelector("[data-share]").textContent = counted[1];
      const soFar = preview.so_far[path];
      tally.querySelector("[data-so-far]").textContent = soFar === undefined ? "" : `${number(soFar)} so far`;
    }
    element.classList.toggle("unfinished", unfinished);
    const problemElement = element.querySelector(":scope > .problem");
    problemElement.hidden = !problems.length;
    problemElement.querySelector("span").textContent = problems.map((one) => one.message).join("; ");
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
