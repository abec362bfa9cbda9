// The builder of a segment: every change makes a new tree, draws it, and asks what it says.

import { leaveFor, watch } from "../unsaved-changes.js";
import { LatestRequest } from "./requests.js";
import { askToSave } from "./confirm-dialog.js";
import { visible } from "./dom.js";
import { History } from "./undo-history.js";
import { openPicker } from "./listbox.js";
import { Panel } from "./preview-panel.js";
import { Saving } from "./save.js";
import { Table } from "./operators.js";
import { TextForm } from "./rule-text.js";
import { SEGMENT, Places, add, change, condition, duplicate, find, fromPlain, group, groupsAround, isGroup, move, remove,
  toPlain, unwrap, wrap } from "./rule-tree.js";
import { matching } from "./value-controls.js";
import { View } from "./tree-view.js";

const TYPING_MS = 40;
const TEXT_MS = 150;

const at = (id) => document.getElementById(id);
const data = JSON.parse(at("builder-data").textContent);
const table = new Table(data);
const history = new History(fromPlain(data.draft));
const previews = new LatestRequest("/segments/preview");
const panel = new Panel(data.type);
const host = at("tree");
const view = new View(host, table, controlChanged);
const text = new TextForm(() => readText(TEXT_MS));
let segment = data.segment;
let saved = written();
let openNode; // the first condition that is unfinished or wrong

const saving = new Saving({
  draft: draftToSave, saved: leaveFor, refused, changed: changedMeanwhile,
  confirm: (effect) => askToSave(effect, saving.name, () => saving.save(true)),
});
watch({ isDirty, save: () => saving.save() });

function isDirty() {
  return written() !== saved || text.isWrong || text.isPending;
}

function written() {
  return JSON.stringify([toPlain(history.current), at("segment_name").value.trim()]);
}

// -- steps -------------------------------------------------------------------------------------------------------------

function step(tree, { typing = null, focus = null } = {}) {
  history.push(tree, typing);
  draw(focus);
  at("problems").replaceChildren(); // what was refused was another rule
  preview(typing ? TYPING_MS : 0);
}

function draw(focus = null) {
  view.render(history.current, focus);
  at("undo").toggleAttribute("disabled", !history.canUndo);
  at("redo").toggleAttribute("disabled", !history.canRedo);
}

function controlChanged(id, values, typing, redraw) {
  const node = find(history.current, id);
  if (!node) return; // it went while its control still had the focus
  const changed = { ...node, values };
  if (!redraw) view.accept(changed);
  step(change(history.current, id, () => changed), { typing: typing ? id : null });
}

function turn(tree) {
  if (!tree) return;
  draw();
  preview(0);
}

// -- what it says ------------------------------------------------------------------------------------------------------

function preview(wait) {
  panel.wait();
  text.forget();
  previews.send(wait, () => {
    const places = new Places();
    return { body: { ...about(), draft: toPlain(history.current, places) }, places };
  }, ({ places }, said) => {
    text.follow(said.text, !textIsEdited());
    show(places, said);
  }, (error) => panel.failed(error.message));
}

const about = () => ({ type: data.type.id, segment: segment?.id ?? null });
const textIsEdited = () => document.activeElement === at("text");

function show(places, said) {
  openNode = view.tell(places, said);
  panel.show(said, history.current.parts.length === 0, text.isWrong);
}

function readText(wait, then = () => {}) {
  panel.wait();
  previews.send(wait, () => ({ body: { ...about(), text: text.value } }), (_, said) => {
    if (said.draft === undefined) {
      history.pause();
      text.wasRead(said.problems);
      preview(0);
      return;
    }
    text.wasRead([]);
    const tree = fromPlain(said.draft);
    if (JSON.stringify(toPlain(tree)) !== JSON.stringify(toPlain(history.current))) history.push(tree, "text");
    draw();
    const places = new Places();
    toPlain(history.current, places);
    show(places, said);
    then();
  }, (error) => panel.failed(error.message));
}

// -- saving ------------------------------------------------------------------------------------------------------------

function draftToSave() {
  if (text.isPending) { // what is saved is what stands there
    readText(0, () => saving.save());
    return null;
  }
  if (text.isWrong) {
    text.focus();
    return null;
  }
  return { plain: toPlain(history.current) };
}

function refused(problems) {
  if (!problems.length) return;
  preview(0);
  at("problems").replaceChildren(Object.assign(document.createElement("p"), {
    className: "notice bad", textContent: "Not saved yet. Finish the marked conditions first.",
  }));
  toOpen();
}

function toOpen() {
  if (openNode === undefined) return;
  const node = find(history.current, openNode);
  view.focus({ id: openNode, part: node?.field === "" ? "field" : "value-0" });
}

function changedMeanwhile(other) {
  const dialog = at("changed");
  at("other-name").textContent = visible(other.name);
  at("other-sentence").textContent = visible(other.sentence);
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue === "look") {
      saving.sawOther(other.seen);
      at("segment_name").value = other.name;
      history.push(fromPlain(other.draft));
      saved = written();
      draw();
      preview(0);
    }
    if (dialog.returnValue === "new") {
      segment = null;
      saving.asNew(`/segments/new?type=${data.type.id}`);
      preview(0);
    }
  };
  dialog.showModal();
}

// -- what people do ----------------------------------------------------------------------------------------------------

const ACTIONS = {
  add(id) {
    const fresh = condition();
    step(add(history.current, id, fresh), { focus: { id: fresh.id, part: "field" } });
    chooseField(fresh.id);
  },
  "add-group"(id) {
    const inner = condition();
    const join = find(history.current, id).join === "all" ? "any" : "all";
    step(add(history.current, id, group(join, [inner])), { focus: { id: inner.id, part: "field" } });
  },
  remove(id) {
    const of = groupsAround(history.current, id).at(-1);
    const index = of.parts.findIndex((part) => part.id === id);
    const beside = of.parts[index + 1] ?? of.parts[index - 1];
    const focus = beside ? { id: beside.id, part: isGroup(beside) ? "add" : "field" } : { id: history.current.id, part: "add" };
    step(remove(history.current, id), { focus });
  },
  duplicate: (id) => step(duplicate(history.current, id), { focus: { id, part: "menu" } }),
  up: (id, part = "menu") => step(move(history.current, id, -1), { focus: { id, part } }),
  down: (id, part = "menu") => step(move(history.current, id, 1), { focus: { id, part } }),
  wrap: (id) => step(wrap(history.current, id), { focus: { id, part: "menu" } }),
  unwrap(id) {
    const [first] = find(history.current, id).parts;
    step(unwrap(history.current, id), { focus: { id: first.id, part: isGroup(first) ? "add" : "field" } });
  },
};

const nodeOf = (element) => Number(element.closest("[data-node]").dataset.node);

host.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.part === "field") chooseField(nodeOf(button));
  if (!button.dataset.do) return;
  const menu = button.closest("details");
  if (menu) menu.open = false;
  ACTIONS[button.dataset.do](nodeOf(button));
});

host.addEventListener("change", (event) => {
  const { target } = event;
  if (target.dataset.part === "operator") {
    step(change(history.current, nodeOf(target), (node) => table.withOperator(node, target.value)));
  }
  if (target.closest(".joins")) {
    step(change(history.current, nodeOf(target), (node) => ({ ...node, join: target.value })));
  }
});

function chooseField(id) {
  const button = view.element(id).querySelector('[data-part="field"]');
  openPicker(button, {
    label: "Choose a field",
    load: (typed) => matching(typed, [
      ...data.fields.filter((field) => !field.reserved).map((field) => option(field, "Custom fields")),
      ...data.fields.filter((field) => field.reserved).map((field) => option(field, "Standard fields")),
      ...(data.segments.length ? [{ key: SEGMENT, label: "Member of a segment", note: "Segment", heading: "Segments" }] : []),
    ]),
    pick: (item) => {
      step(change(history.current, id, (node) => table.withField(node, item.key)), { focus: { id, part: "operator" } });
      view.focus({ id, part: "value-0" });
    },
  });
}

const option = (field, heading) => ({ key: field.id, label: field.name, note: field.kind_name, heading });

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  const inTree = host.contains(event.target);
  const own = inTree || !event.target.matches("input, textarea");
  if (control && key === "enter") {
    event.preventDefault();
    if (!event.repeat) saving.save();
  } else if (control && !event.altKey && own && (key === "z" || key === "y")) {
    event.preventDefault();
    turn(key === "y" || event.shiftKey ? history.redo() : history.undo());
  } else if (inTree && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    ACTIONS[event.key === "ArrowUp" ? "up" : "down"](nodeOf(event.target), event.target.dataset.part);
  }
});

at("undo").addEventListener("click", () => turn(history.undo()));
at("redo").addEventListener("click", () => turn(history.redo()));
at("to-open").addEventListener("click", toOpen);

draw();
show(...first());

function first() {
  const places = new Places();
  toPlain(history.current, places);
  text.follow(data.first.text, true);
  return [places, data.first];
}
