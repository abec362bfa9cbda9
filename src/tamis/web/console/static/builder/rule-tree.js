// A rule in the builder: conditions in groups of all, any or none. Trees are immutable; a change makes a new tree that
// shares unchanged parts with the old one, which is kept for undo.
//
//   condition  {id, kind: "condition", field, operator, values}     field is an id, "" when none is chosen yet
//   group      {id, kind: "group", join: "all" | "any" | "none", parts}

export const SEGMENT = "segment"; // stands for the field of conditions without one: about another segment or a random share
let last = 0;

export const condition = (field = "", operator = "", values = []) =>
  ({ id: ++last, kind: "condition", field, operator, values });
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
  if (json.not) return group("none", json.not.any ? json.not.any.map(read) : [read(json.not)]);
  return condition(json.field ?? SEGMENT, json.operator, json.values ?? []);
}

// Returns the JSON form. `paths` records the path of each node as the server writes it, such as "rule.all[0]".
// A group of one part is written as that part.
export function toJson(root, paths = new NodePaths()) {
  return root.parts.length ? write(root, "rule", paths) : null;
}

function write(node, path, paths) {
  paths.add(path, node.id);
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

// The paths of nodes in the JSON form. A group of one part has the path of that part.
export class NodePaths {
  #byPath = new Map();
  #byNode = new Map();

  add(path, id) {
    if (!this.#byNode.has(id)) this.#byNode.set(id, path);
    this.#byPath.set(path, id);
  }

  // Returns the node at a path of a problem, and which of its values.
  find(path) {
    const nodePath = path.replace(/\.(field|operator|values(\[\d+\])?)$/, "");
    const value = path.match(/\.values\[(\d+)\]$/);
    return { id: this.#byPath.get(nodePath), value: value ? Number(value[1]) : null };
  }

  *entries() {
    yield* this.#byNode;
  }
}

export function* walk(node) {
  yield node;
  if (isGroup(node)) for (const part of node.parts) yield* walk(part);
}

export const find = (root, id) => walk(root).find((node) => node.id === id);

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
  return isGroup(node) ? group(node.join, node.parts.map(copyOf)) : condition(node.field, node.operator, node.values);
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
