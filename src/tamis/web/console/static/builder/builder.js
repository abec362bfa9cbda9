// The rule builder: every change makes a new tree, renders it, and requests its preview.

import { navigate, registerEditor } from "../unsaved-changes.js";
import { LatestRequest } from "./requests.js";
import { confirmSave } from "./confirm-dialog.js";
import { visible } from "./dom.js";
import { History } from "./undo-history.js";
import { PreviewPanel } from "./preview-panel.js";
import { SaveForm } from "./save.js";
import { EventSchema } from "./event-schema.js";
import { Schema } from "./schema.js";
import { RuleText } from "./rule-text.js";
import { EVENT, NodePaths, add, change, condition, duplicate, edit, eventAround, eventCondition, find, fromJson,
  group, groupsAround, isGroup, move, remove, toJson, treeWith, unwrap, wrap } from "./rule-tree.js";
import { pickSubject } from "./subject-picker.js";
import { TreeView } from "./tree-view.js";

const TYPING_MS = 40;
const TEXT_MS = 150;

const at = (id) => document.getElementById(id);
const data = JSON.parse(at("builder-data").textContent);
const schema = new Schema(data);
const events = new EventSchema(schema);
const history = new History(fromJson(data.draft));
const previews = new LatestRequest("/segments/preview");
const panel = new PreviewPanel(data.type);
const host = at("tree");
const view = new TreeView(host, schema, events, controlChanged);
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

// Changes the tree that has a node: the rule, or the `where` of a condition about events.
const editTree = (id, make, how) => applyChange(edit(history.current, id, make), how);
const changeNode = (id, make, how) => editTree(id, (tree) => change(tree, id, make), how);

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

function controlChanged(id, patch, typing, redraw) {
  const node = find(history.current, id);
  if (!node) return; // it was removed while its control had the focus
  const changed = { ...node, ...patch };
  if (!redraw) view.accept(changed);
  changeNode(id, () => changed, { typing: typing ? id : null });
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
  if (firstProblem !== undefined) view.focusOpen(firstProblem);
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
    editTree(id, (tree) => add(tree, id, fresh), { focus: { id: fresh.id, part: "field" } });
    chooseSubject(fresh.id);
  },
  "add-event"(id) {
    const fresh = eventCondition();
    editTree(id, (tree) => add(tree, id, fresh), { focus: { id: fresh.id, part: "field" } });
    chooseSubject(fresh.id);
  },
  "add-group"(id) {
    const inner = condition();
    const join = find(history.current, id).join === "all" ? "any" : "all";
    editTree(id, (tree) => add(tree, id, group(join, [inner])), { focus: { id: inner.id, part: "field" } });
  },
  remove(id) {
    const tree = treeWith(history.current, id);
    const of = groupsAround(tree, id).at(-1);
    const index = of.parts.findIndex((part) => part.id === id);
    const beside = of.parts[index + 1] ?? of.parts[index - 1];
    const focus = beside ? { id: beside.id, part: isGroup(beside) ? "add" : "field" } : { id: tree.id, part: "add" };
    editTree(id, () => remove(tree, id), { focus });
  },
  duplicate: (id) => editTree(id, (tree) => duplicate(tree, id), { focus: { id, part: "menu" } }),
  up: (id, part = "menu") => editTree(id, (tree) => move(tree, id, -1), { focus: { id, part } }),
  down: (id, part = "menu") => editTree(id, (tree) => move(tree, id, 1), { focus: { id, part } }),
  wrap: (id) => editTree(id, (tree) => wrap(tree, id), { focus: { id, part: "menu" } }),
  unwrap(id) {
    const [first] = find(history.current, id).parts;
    editTree(id, (tree) => unwrap(tree, id), { focus: { id: first.id, part: isGroup(first) ? "add" : "field" } });
  },
};

const nodeOf = (element) => Number(element.closest("[data-node]").dataset.node);

host.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.part === "field") chooseSubject(nodeOf(button));
  if (!button.dataset.do) return;
  const menu = button.closest("details");
  if (menu) menu.open = false;
  ACTIONS[button.dataset.do](nodeOf(button));
});

host.addEventListener("change", (event) => {
  const { target } = event;
  const choose = target.closest(".joins") ? (node) => ({ ...node, join: target.value }) : CHOICES[target.dataset.part];
  if (choose) changeNode(nodeOf(target), (node) => choose(node, target.value));
});

// What the choice of a value in a list makes of a condition.
const CHOICES = {
  operator: (node, name) => (node.field === EVENT ? events : schemaOf(node.id)).withOperator(node, name),
  form: (node, form) => events.withForm(node, form),
  property: (node, id) => events.withProperty(node, id && Number(id)),
  window: (node, name) => events.withWindow(node, name),
};

// The fields or properties that a condition can be about.
function schemaOf(id) {
  const around = eventAround(history.current, id);
  return around ? events.properties(around) : schema;
}

function chooseSubject(id) {
  pickSubject(view.element(id).querySelector('[data-part="field"]'), find(history.current, id), schemaOf(id), events, (make, part) => {
    changeNode(id, make, { focus: { id, part } });
    if (part === "operator") view.focus({ id, part: "value-0" });
  });
}

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
