// Renders the tree. Unchanged nodes keep their elements, and with them focus and partial input.

import { controls } from "./value-controls.js";
import { fillEventControls } from "./event-controls.js";
import { fillSelect, fromTemplate, number, visible } from "./dom.js";
import { isGroup } from "./rule-tree.js";

const JOINERS = { all: "and", any: "or", none: "nor" };
const CONTROLLED = ["event", "form", "property", "operator", "values", "window"]; // what the controls of events show

// What somebody is to do next to finish a condition.
function missing(node, element) {
  if (node.field === "" || node.event === "") return element.querySelector('[data-part="field"]').textContent.trim();
  if (node.property === "") return "Choose a property";
  const isBlank = (values) => values?.some((value) => !value.trim());
  return isBlank(node.window?.values) && !isBlank(node.values) ? "Enter the period" : "Enter a value";
}

export class TreeView {
  #host;
  #schema;
  #events;
  #changed;
  #nodes = new Map();

  // `changed(id, patch, typing, redraw)` is called when a control changes a node.
  constructor(host, schema, events, changed) {
    this.#host = host;
    this.#schema = schema;
    this.#events = events;
    this.#changed = changed;
  }

  // `focus` is {id, part}; without it, the focus stays where it is.
  render(root, focus = null) {
    const wanted = focus ?? this.focused();
    const nodes = new Map();
    const element = this.#renderNode(root, nodes, this.#schema);
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
    const own = (selector) => this.#ownControls(id).find((one) => one.matches(selector));
    const target = own(`[data-part="${part}"]`) ?? own("[data-part]");
    target?.focus();
    if (active?.setSelectionRange && target?.type === active.type && active.selectionStart !== null) {
      target.setSelectionRange(active.selectionStart, active.selectionEnd);
    }
  }

  // Focuses the first control of a condition that is wrong or blank.
  focusOpen(id) {
    const own = this.#ownControls(id);
    const isOpen = (one) => one.matches('[aria-invalid], .pick.blank') || (one.matches("input, select") && !one.value
      && !/^window$|time$/.test(one.dataset.part)); // a window may be none, and a day need have no time
    (own.find(isOpen) ?? own[0])?.focus();
  }

  // The visible controls of a node itself.
  #ownControls(id) {
    const element = this.element(id);
    return [...(element?.querySelectorAll("[data-part]") ?? [])]
      .filter((one) => one.closest("[data-node]") === element && one.getClientRects().length);
  }

  #renderNode(node, nodes, schema) {
    const known = this.#nodes.get(node.id);
    let element = known?.element;
    if (isGroup(node)) {
      element ??= fromTemplate("group");
      if (known?.node === node) this.#keepNodes(node, nodes);
      else this.#fillGroup(element, node, nodes, schema);
    } else if (node.where) {
      element = this.#renderEvent(known, node, nodes);
    } else if (!element || known.node !== node) {
      element = known && !known.node.where ? element : fromTemplate("condition");
      this.#fillCondition(element, node, schema);
    }
    element.dataset.node = node.id;
    nodes.set(node.id, { node, element });
    return element;
  }

  #keepNodes(node, nodes) {
    for (const part of node.parts ?? [node.where]) {
      nodes.set(part.id, this.#nodes.get(part.id));
      if (isGroup(part) || part.where) this.#keepNodes(part, nodes);
    }
  }

  // A condition about events; its controls stay while only its `where` changes.
  #renderEvent(known, node, nodes) {
    const isKnown = Boolean(known?.node.where);
    const element = isKnown ? known.element : fromTemplate("event-condition");
    if (isKnown && known.node === node) {
      this.#keepNodes(node, nodes);
      return element;
    }
    if (!isKnown || CONTROLLED.some((key) => known.node[key] !== node[key])) this.#fillEvent(element, node);
    const properties = this.#events.properties(node);
    const where = this.#renderNode(node.where, nodes, properties);
    const holder = element.querySelector(":scope > .where");
    if (holder.firstElementChild !== where) holder.replaceChildren(where);
    const isEmpty = !node.where.parts.length;
    holder.hidden = isEmpty && properties.data.fields.every((field) => field.hidden);
    where.querySelector(":scope > .group-head > .people").textContent = "Only those that match";
    where.querySelector(':scope > .row > [data-do="add"] > span').textContent = isEmpty ? "Filter by a property" : "Add filter";
    return element;
  }

  #fillEvent(element, node) {
    const name = visible(this.#events.label(node));
    const button = element.querySelector('[data-part="field"]');
    button.querySelector("span").textContent = name;
    button.classList.toggle("blank", node.event === "");
    button.setAttribute("aria-label", `Event: ${name}`);
    fillEventControls(element, node, this.#events, (...how) => this.#changed(node.id, ...how));
  }

  #fillGroup(element, node, nodes, schema) {
    const own = (selector) => [...element.querySelectorAll(selector)]
      .filter((one) => one.parentElement.closest(".group") === element);
    for (const radio of own(".joins input")) {
      radio.name = `join-${node.id}`;
      radio.checked = radio.value === node.join;
    }
    const parts = node.parts.map((part) => this.#renderNode(part, nodes, schema));
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

  #fillCondition(element, node, schema) {
    const name = schema.fieldLabel(node);
    const button = element.querySelector('[data-part="field"]');
    button.querySelector("span").textContent = visible(name);
    button.classList.toggle("blank", node.field === "");
    button.setAttribute("aria-label", `${schema.source === "field" ? "Field" : "Property"}: ${visible(name)}`);
    const select = element.querySelector('[data-part="operator"]');
    fillSelect(select, { label: `${name}: operator`, choices: schema.operatorsFor(node), chosen: node.operator });
    select.hidden = node.field === "";
    const holder = element.querySelector(".values");
    holder.replaceChildren(...controls(node, schema, (values, ...how) => this.#changed(node.id, { values }, ...how)));
  }

  // Shows the preview of each node; nodes without a count have no number.
  showPreview(paths, preview) {
    const wrong = new Map();
    for (const problem of preview.problems) {
      const { id, value, inWindow } = paths.find(problem.path);
      if (id !== undefined) wrong.set(id, [...(wrong.get(id) ?? []), { ...problem, value, inWindow }]);
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
    if (unfinished) element.dataset.missing = missing(this.#nodes.get(Number(element.dataset.node)).node, element);
    const problemElement = element.querySelector(":scope > .problem");
    problemElement.hidden = !problems.length;
    problemElement.querySelector("span").textContent = problems.map((one) => one.message).join("; ");
    if (element.classList.contains("group")) return;
    for (const control of element.querySelectorAll(":scope > .what :is(input, select, button.pick)")) {
      const index = control.closest("[data-value]")?.dataset.value;
      const inWindow = control.closest(".window") !== null;
      const isWrong = problems.some((one) => one.inWindow === inWindow
        && ((one.value === null && index === undefined) || index === "all" || String(one.value) === index));
      if (problems.length && isWrong) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  }
}
