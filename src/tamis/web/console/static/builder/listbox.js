// A list of options while typing, after the WAI-ARIA pattern "combobox": the focus stays in the input, arrows move
// through the options, Enter picks one, Escape closes.

import { h, number } from "./dom.js";

const WANTED = 300; // pixels that a list needs to open
const GAP = 4;
const NARROW = 560; // up to this width, lists take the whole screen
let numbers = 0;
let open = null;

document.addEventListener("pointerdown", (event) => {
  if (open && !open.owns(event.target)) open.close();
});

// An option is {key, label, count?, note?, heading?, disabled?}; `load` returns those for a text, or a promise of them.
export class Listbox {
  #input;
  #options;
  #list;
  #items = [];
  #active = -1;
  #loadNumber = 0;

  constructor(input, options) {
    this.#input = input;
    this.#options = { first: false, host: document.getElementById("main"), ...options };
    this.#list = h("ul", { role: "listbox", class: "listbox", id: `listbox-${++numbers}`, "aria-label": options.label });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("autocomplete", "off");
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("input", () => {
      this.#active = -1; // what is typed now counts, not what was highlighted before
      this.#mark();
      this.show();
    });
    input.addEventListener("blur", () => { if (!options.panel) this.close(); });
    this.#list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the input keeps the focus
      const item = this.#items[Number(event.target.closest("[data-index]")?.dataset.index)];
      if (item) this.#take(item);
    });
    this.#list.addEventListener("pointermove", (event) => { // highlight the option that Enter takes
      const index = Number(event.target.closest("[data-index]")?.dataset.index ?? -1);
      if (index < 0 || index === this.#active || this.#items[index].disabled || !(event.movementX || event.movementY)) return;
      this.#active = index;
      this.#mark();
    });
  }

  owns(target) {
    return this.#list.contains(target) || this.#input.contains(target) || this.#options.panel?.contains(target);
  }

  async show() {
    const loadNumber = ++this.#loadNumber;
    const items = await this.#options.load(this.#input.value);
    if (loadNumber !== this.#loadNumber || !this.#input.isConnected) return;
    const highlighted = this.#items[this.#active]?.key; // in the list that was shown until this one came
    this.#items = items;
    this.#active = items.findIndex((item) => (
      highlighted === undefined ? this.#options.first && !item.disabled : item.key === highlighted
    ));
    this.#draw();
    if (!items.length && !this.#options.panel) return this.close();
    if (open !== this) open?.close();
    open = this;
    this.#options.host.append(this.#list);
    if (!this.#options.panel) place(this.#list, this.#input);
    this.#input.setAttribute("aria-expanded", "true");
    this.#input.setAttribute("aria-controls", this.#list.id);
    this.#mark();
  }

  close() {
    this.#loadNumber += 1;
    this.#active = -1;
    if (open === this) open = null;
    this.#list.remove();
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#options.closed?.();
  }

  #draw() {
    const rows = [];
    let heading = null;
    this.#items.forEach((item, index) => {
      if (item.heading && item.heading !== heading) {
        heading = item.heading;
        rows.push(h("li", { role: "presentation", class: "heading" }, heading));
      }
      const beside = item.note ?? (item.count === undefined ? null : number(item.count));
      rows.push(h("li", {
        role: "option", id: `${this.#list.id}-${index}`, "data-index": index, "aria-selected": "false",
        "aria-disabled": item.disabled ? "true" : null,
      }, h("span", {}, item.label), beside === null ? null : h("span", { class: "beside" }, beside)));
    });
    if (!rows.length) rows.push(h("li", { role: "presentation", class: "heading" }, "No results"));
    this.#list.replaceChildren(...rows);
  }

  #mark() {
    for (const row of this.#list.querySelectorAll("[role=option]")) {
      row.setAttribute("aria-selected", String(Number(row.dataset.index) === this.#active));
    }
    const row = document.getElementById(`${this.#list.id}-${this.#active}`);
    if (row) this.#input.setAttribute("aria-activedescendant", row.id);
    else this.#input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const isOpen = this.#list.isConnected;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (event.altKey) return;
      event.preventDefault();
      if (!isOpen) this.show();
      else this.#walk(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && isOpen && this.#active >= 0 && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.#take(this.#items[this.#active], true);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && isOpen) {
      this.close();
    }
  }

  #walk(by) {
    const count = this.#items.length;
    let next = this.#active < 0 && by < 0 ? count : this.#active;
    do next += by; while (this.#items[next]?.disabled);
    if (next >= 0 && next < count) this.#active = next;
    this.#mark();
  }

  #take(item, byKey = false) {
    if (item.disabled) return;
    this.close();
    this.#options.pick(item, byKey);
  }
}

// A panel below a button, with an input to search in and the list.
export function openPicker(anchor, { label, load, pick }) {
  const input = h("input", { type: "text", placeholder: "Search", "aria-label": label, spellcheck: "false" });
  const panel = h("div", { class: "picker", role: "dialog", "aria-label": label }, input);
  document.getElementById("main").append(panel);
  anchor.setAttribute("aria-expanded", "true");
  const list = new Listbox(input, {
    label, load, first: true, host: panel, panel,
    pick: (item) => { anchor.focus(); pick(item); },
    closed: () => {
      if (!panel.isConnected) return;
      const inside = panel.contains(document.activeElement);
      panel.remove();
      anchor.setAttribute("aria-expanded", "false");
      if (inside) anchor.focus();
    },
  });
  place(panel, anchor);
  input.focus();
  list.show();
}

// What stands above may grow while a list is open: the list goes with its anchor.
let placed = null;
new ResizeObserver(() => {
  if (placed?.element.isConnected) put(placed.element, placed.anchor);
}).observe(document.getElementById("builder"));

function place(element, anchor) {
  if (roomBelow(anchor) < WANTED && roomAbove(anchor) < WANTED) anchor.scrollIntoView({ block: "start" });
  put(element, anchor);
  placed = { element, anchor };
}

// Puts an element below its anchor, or above it where only there is room for it. Styles are set one by one: the policy
// of the page allows no style attributes.
function put(element, anchor) {
  const { clientWidth, clientHeight } = document.documentElement;
  const isBelow = roomBelow(anchor) >= WANTED || roomBelow(anchor) >= roomAbove(anchor);
  const at = anchor.getBoundingClientRect();
  const width = clientWidth < NARROW ? clientWidth - 16 : Math.max(240, Math.min(at.width, 420));
  const left = Math.max(8, Math.min(at.left, clientWidth - width - 8));
  element.style.position = "absolute";
  element.style.left = `${left + scrollX}px`;
  element.style.top = isBelow ? `${at.bottom + scrollY + GAP}px` : "auto";
  element.style.bottom = isBelow ? "auto" : `${clientHeight - at.top - scrollY + GAP}px`;
  element.style.minWidth = `${width}px`;
  element.style.maxWidth = `${clientWidth - left - 8}px`;
  element.style.setProperty("--room", `${Math.max(isBelow ? roomBelow(anchor) : roomAbove(anchor), 160)}px`);
}

const roomBelow = (anchor) => document.documentElement.clientHeight - anchor.getBoundingClientRect().bottom - 2 * GAP;

// On small screens the numbers cover the top.
function roomAbove(anchor) {
  const numbers = document.querySelector(".numbers");
  const top = getComputedStyle(numbers).position === "sticky" ? numbers.getBoundingClientRect().bottom : 0;
  return anchor.getBoundingClientRect().top - Math.max(top, 0) - 2 * GAP;
}
