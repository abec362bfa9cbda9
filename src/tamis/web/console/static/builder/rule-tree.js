// A rule in the builder: conditions in groups of all, any or none. Trees are immutable; a change makes a new tree that
// shares unchanged parts with the old one, which is kept for undo.
//
//   condition  {id, kind: "condition", field, operator, values}     field is an id, "" when none is chosen yet
//   group      {id, kind: "group", join: "all" | "any" | "none", parts}
//   about      {id, kind: "condition", field: EVENT, event, form, property, operator, values, window, where}
//   events       `event` is an id, "" when none is chosen yet; `form` is "did", "did not", "count" or a function of the
//                events; `property` is an id, "" when none is chosen yet, null where the form takes none; `window` is
//                {operator, values}, null for ever; `where` is a group about properties, a tree of its own

export const SEGMENT = "segment"; // stands for the field of conditions without one: about another segment or a random share
export const EVENT = "event"; // stands for the field of conditions about events
export const ONCE = { operator: "is equal or greater than", values: ["1"] }; // what "did" asks of the number of events
const PROBLEM_PATH = /^(.*?)(\.window)?(?:\.(?:event|function|property|field|operator|values(?:\[(\d+)\])?))?$/;
let last = 0;

export const condition = (field = "", operator = "", values = []) =>
  ({ id: ++last, kind: "condition", field, operator, values });
export const eventCondition = (parts = {}) => ({
  id: ++last, kind: "condition", field: EVENT, event: "", form: "did", property: null, ...ONCE, window: null,
  where: group("all", []), ...parts,
});
export const group = (join, parts) => ({ id: ++last, kind: "group", join, parts });
export const isGroup = (node) => node.kind === "group";

// Parses the JSON form of a rule, which names fields by id; its outermost part becomes a group.
export function fromJson(json) {
  if (json === null) return group("all", []);
  const node = read(json);
  return isGroup(node) ? node : group("all", [node]);
}

function read(json) {
  if (json.all) return group("all", json.all.map(read));
  if (json.any) return group("any", json.any.map(read));
  if (json.event !== undefined) return readEvent(json, isOnce(json) ? "did" : json.function);
  if (json.not && isOnce(json.not)) return readEvent(json.not, "did not");
  if (json.not) return group("none", json.not.any ? json.not.any.map(read) : [read(json.not)]);
  return condition(json.field ?? SEGMENT, json.operator, json.values ?? []);
}

const isOnce = (json) => json.function === "count" && json.operator === ONCE.operator && json.values.join() === "1";

const readEvent = ({ event, property = null, operator, values, window = null, where = null }, form) =>
  eventCondition({ event, form, property, operator, values, window, where: fromJson(where) });

// Returns the JSON form. `paths` records the path of each node as the server writes it, such as "rule.all[0]".
// A group of one part is written as that part.
export function toJson(root, paths = new NodePaths()) {
  return root.parts.length ? write(root, "rule", paths) : null;
}

function write(node, path, paths) {
  paths.add(path, node.id);
  if (node.where) return writeEvent(node, path, paths);
  if (!isGroup(node)) {
    const { field, operator, values } = node;
    return field === SEGMENT ? { operator, values } : { field, operator, values };
  }
  if (node.join === "none") {
    if (node.parts.length === 1) return { not: write(node.parts[0], `${path}.not`, paths) };
    paths.add(`${path}.not`, node.id);
    return { not: { any: node.parts.map((part, i) => write(part, `${path}.not.any[${i}]`, paths)) } };
  }
  if (node.parts.length === 1) return write(node.parts[0], path, paths);
  return { [node.join]: node.parts.map((part, i) => write(part, `${path}.${node.join}[${i}]`, paths)) };
}

function writeEvent(node, path, paths) {
  if (node.form === "did not") {
    paths.add(`${path}.not`, node.id);
    return { not: writeEvent({ ...node, form: "did" }, `${path}.not`, paths) };
  }
  const { event, form, property, operator, values, window, where } = node;
  const json = { event, function: form === "did" ? "count" : form, operator, values };
  if (property !== null) json.property = property;
  if (window) json.window = window;
  if (where.parts.length) json.where = write(where, `${path}.where`, paths);
  return json;
}

// The paths of nodes in the JSON form. A group of one part has the path of that part.
export class NodePaths {
  #byPath = new Map();
  #byNode = new Map();

  add(path, id) {
    if (!this.#byNode.has(id)) this.#byNode.set(id, path);
    this.#byPath.set(path, id);
  }

  // Returns the node at a path of a problem, which of its values, and whether that is one of its window.
  find(path) {
    const [, nodePath, window, value] = path.match(PROBLEM_PATH);
    return { id: this.#byPath.get(nodePath), value: value === undefined ? null : Number(value), inWindow: Boolean(window) };
  }

  *entries() {
    yield* this.#byNode;
  }
}

export function* walk(node) {
  yield node;
  if (isGroup(node)) for (const part of node.parts) yield* walk(part);
}

// Finds a node in the rule, or in the `where` of one of its conditions about events.
export const find = (root, id) => walk(treeWith(root, id)).find((node) => node.id === id);

// The condition about events whose `where` has a node, if any.
export const eventAround = (root, id) =>
  walk(root).find((node) => node.where && walk(node.where).some((part) => part.id === id));

// The tree that has a node: the rule, or the `where` of one of its conditions.
export const treeWith = (root, id) => eventAround(root, id)?.where ?? root;

// Replaces the tree that has a node by what `make` returns for it.
export function edit(root, id, make) {
  const around = eventAround(root, id);
  return around ? change(root, around.id, (node) => ({ ...node, where: make(node.where) })) : make(root);
}

// The groups around a node, the nearest one last.
export function groupsAround(root, id) {
  if (root.id === id) return [];
  for (const part of isGroup(root) ? root.parts : []) {
    if (part.id === id) return [root];
    const inner = groupsAround(part, id);
    if (inner.length) return [root, ...inner];
  }
  return [];
}

// Replaces a node by what `make` returns for it: a node, or a list of nodes.
export function change(root, id, make) {
  if (root.id === id) return make(root);
  if (!isGroup(root)) return root;
  let changed = false;
  const parts = root.parts.flatMap((part) => {
    const made = change(part, id, make);
    changed ||= made !== part;
    return made;
  });
  return changed ? { ...root, parts } : root;
}

export const add = (root, groupId, node) =>
  change(root, groupId, (of) => ({ ...of, parts: [...of.parts, node] }));

// Removes a node, and groups that become empty.
export function remove(root, id) {
  const around = groupsAround(root, id);
  let gone = id;
  for (const of of around.slice(1).reverse()) {
    if (of.parts.length > 1) break;
    gone = of.id;
  }
  return change(root, gone, () => []);
}

export const duplicate = (root, id) => change(root, id, (node) => [node, copyOf(node)]);

function copyOf(node) {
  if (isGroup(node)) return group(node.join, node.parts.map(copyOf));
  return { ...node, id: ++last, ...(node.where && { where: copyOf(node.where) }) };
}

export const wrap = (root, id) => change(root, id, (node) => group("any", [node, condition()]));
export const unwrap = (root, id) => change(root, id, (node) => node.parts);

// Moves a node one line up (-1) or down (1), into and out of the groups that it meets on its way.
export function move(root, id, by) {
  const of = groupsAround(root, id).at(-1);
  if (!of) return root;
  const node = find(root, id);
  const index = of.parts.findIndex((part) => part.id === id);
  const neighbour = of.parts[index + by];
  if (neighbour && isGroup(neighbour) && !isGroup(node)) {
    const into = { ...neighbour, parts: by < 0 ? [...neighbour.parts, node] : [node, ...neighbour.parts] };
    return change(remove(root, id), neighbour.id, () => into);
  }
  if (neighbour) {
    const parts = of.parts.with(index, neighbour).with(index + by, node);
    return change(root, of.id, () => ({ ...of, parts }));
  }
  if (of.id === root.id) return root;
  const rest = of.parts.filter((part) => part.id !== id);
  const left = rest.length ? [{ ...of, parts: rest }] : [];
  return change(root, of.id, () => (by < 0 ? [node, ...left] : [...left, node]));
}
