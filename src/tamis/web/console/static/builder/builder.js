// The rule builder: every change makes a new tree, renders it, and requests its preview.

import { navigate, registerEditor } from "../unsaved-changes.js";
import { LatestRequest } from "./requests.js";
import { confirmSave } from "./confirm-dialog.js";
import { visible } from "./dom.js";
import { History } from "./undo-history.js";
import { openPicker } from "./listbox.js";
import { PreviewPanel } from "./preview-panel.js";
import { SaveForm } from "./save.js";
import { Schema } from "./schema.js";
import { RuleText } from "./rule-text.js";
import { SEGMENT, NodePaths, add, change, condition, duplicate, find, fromJson, group, groupsAround, isGroup, move, remove,
  toJson, unwrap, wrap } from "./rule-tree.js";
import { matching } from "./value-controls.js";
import { TreeView } from "./tree-view.js";

const SHARE = "share"; // the entry of the list of fields for a random share
const TYPING_MS = 40;
const TEXT_MS = 150;

const at = (id) => document.getElementById(id);
const data = JSON.parse(at("builder-data").textContent);
const schema = new Schema(data);
const history = new History(fromJson(data.draft));
const previews = new LatestRequest("/segments/preview");
const panel = new PreviewPanel(data.type);
const host = at("tree");
const view = new TreeView(host, schema, controlChanged);
const text = new RuleText(() => readText(TEXT_MS));
let segment = data.segment;
let savedState = serialize();
let firstProblem; // the first condition that is incomplete or wrong

const saving = new SaveForm({
  draft: draftToSave, saved: navigate, refused, changed: changedMeanwhile,
  confirm: (effect) => confirmSave(effect, saving.name, () => saving.save(true)),
});
registerEditor({ isDirty, save: () => saving.save() });

function isDirty() {
  return serialize() !== savedState || text.isWrong || text.isPending;
}

function serialize() {
  return JSON.stringify([toJson(history.current), at("segment_name").value.trim()]);
}

// -- changes -------------------------------------------------------------------------------------------------------------

function applyChange(tree, { typing = null, focus = null } = {}) {
  history.push(tree, typing);
  draw(focus);
  at("problems").replaceChildren(); // they concern the previous rule
  requestPreview(typing ? TYPING_MS : 0);
}

function draw(focus = null) {
  view.render(history.current, focus);
  at("undo").toggleAttribute("disabled", !history.canUndo);
  at("redo").toggleAttribute("disabled", !history.canRedo);
}

function controlChanged(id, values, typing, redraw) {
  const node = find(history.current, id);
  if (!node) return; // it was removed while its control had the focus
  const changed = { ...node, values };
  if (!redraw) view.accept(changed);
  applyChange(change(history.current, id, () => changed), { typing: typing ? id : null });
}

function restore(tree) {
  if (!tree) return;
  draw();
  requestPreview(0);
}

// -- preview ------------------------------------------------------------------------------------------------------

function requestPreview(wait) {
  panel.wait();
  text.discardInput();
  previews.send(wait, () => {
    const paths = new NodePaths();
    return { body: { ...context(), draft: toJson(history.current, paths) }, paths };
  }, ({ paths }, preview) => {
    text.setText(preview.text, !textIsEdited());
    show(paths, preview);
  }, (error) => panel.failed(error.message));
}

const context = () => ({ type: data.type.id, segment: segment?.id ?? null });
const textIsEdited = () => document.activeElement === at("text");

function show(paths, preview) {
  firstProblem = view.showPreview(paths, preview);
  panel.show(preview, history.current.parts.length === 0, text.isWrong);
}

function readText(wait, then = () => {}) {
  panel.wait();
  previews.send(wait, () => ({ body: { ...context(), text: text.value } }), (_, preview) => {
    if (preview.draft === undefined) {
      history.pause();
      text.showProblems(preview.problems);
      requestPreview(0);
      return;
    }
    text.showProblems([]);
    const tree = fromJson(preview.draft);
    if (JSON.stringify(toJson(tree)) !== JSON.stringify(toJson(history.current))) history.push(tree, "text");
    draw();
    const paths = new NodePaths();
    toJson(history.current, paths);
    show(paths, preview);
    then();
  }, (error) => panel.failed(error.message));
}

// -- saving ------------------------------------------------------------------------------------------------------------

function draftToSave() {
  if (text.isPending) { // the text as shown is saved
    readText(0, () => saving.save());
    return null;
  }
  if (text.isWrong) {
    text.focus();
    return null;
  }
  return { json: toJson(history.current) };
}

function refused(problems) {
  if (!problems.length) return;
  requestPreview(0);
  at("problems").replaceChildren(Object.assign(document.createElement("p"), {
    className: "notice bad", textContent: "Not saved yet. Finish the marked conditions first.",
  }));
  focusFirstProblem();
}

function focusFirstProblem() {
  if (firstProblem === undefined) return;
  const node = find(history.current, firstProblem);
  view.focus({ id: firstProblem, part: node?.field === "" ? "field" : "value-0" });
}

function changedMeanwhile(other) {
  const dialog = at("changed");
  at("other-name").textContent = visible(other.name);
  at("other-sentence").textContent = visible(other.sentence);
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue === "look") {
      saving.setVersion(other.seen);
      at("segment_name").value = other.name;
      history.push(fromJson(other.draft));
      savedState = serialize();
      draw();
      requestPreview(0);
    }
    if (dialog.returnValue === "new") {
      segment = null;
      saving.saveAsNew(`/segments/new?type=${data.type.id}`);
      requestPreview(0);
    }
  };
  dialog.showModal();
}

// -- actions ----------------------------------------------------------------------------------------------------

const ACTIONS = {
  add(id) {
    const fresh = condition();
    applyChange(add(history.current, id, fresh), { focus: { id: fresh.id, part: "field" } });
    chooseField(fresh.id);
  },
  "add-group"(id) {
    const inner = condition();
    const join = find(history.current, id).join === "all" ? "any" : "all";
    applyChange(add(history.current, id, group(join, [inner])), { focus: { id: inner.id, part: "field" } });
  },
  remove(id) {
    const of = groupsAround(history.current, id).at(-1);
    const index = of.parts.findIndex((part) => part.id === id);
    const beside = of.parts[index + 1] ?? of.parts[index - 1];
    const focus = beside ? { id: beside.id, part: isGroup(beside) ? "add" : "field" } : { id: history.current.id, part: "add" };
    applyChange(remove(history.current, id), { focus });
  },
  duplicate: (id) => applyChange(duplicate(history.current, id), { focus: { id, part: "menu" } }),
  up: (id, part = "menu") => applyChange(move(history.current, id, -1), { focus: { id, part } }),
  down: (id, part = "menu") => applyChange(move(history.current, id, 1), { focus: { id, part } }),
  wrap: (id) => applyChange(wrap(history.current, id), { focus: { id, part: "menu" } }),
  unwrap(id) {
    const [first] = find(history.current, id).parts;
    applyChange(unwrap(history.current, id), { focus: { id: first.id, part: isGroup(first) ? "add" : "field" } });
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
    applyChange(change(history.current, nodeOf(target), (node) => schema.withOperator(node, target.value)));
  }
  if (target.closest(".joins")) {
    applyChange(change(history.current, nodeOf(target), (node) => ({ ...node, join: target.value })));
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
      { key: SHARE, label: "Random share of the contacts", note: "Random", heading: "Random" },
    ]),
    pick: (item) => {
      const chosen = (node) => (item.key === SHARE ? schema.withShare(node) : schema.withField(node, item.key));
      applyChange(change(history.current, id, chosen), { focus: { id, part: "operator" } });
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
    restore(key === "y" || event.shiftKey ? history.redo() : history.undo());
  } else if (inTree && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    ACTIONS[event.key === "ArrowUp" ? "up" : "down"](nodeOf(event.target), event.target.dataset.part);
  }
});

at("undo").addEventListener("click", () => restore(history.undo()));
at("redo").addEventListener("click", () => restore(history.redo()));
at("to-open").addEventListener("click", focusFirstProblem);

draw();
show(...firstPreview());

function firstPreview() {
  const paths = new NodePaths();
  toJson(history.current, paths);
  text.setText(data.first.text, true);
  return [paths, data.first];
}
