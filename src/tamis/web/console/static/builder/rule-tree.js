// A rule as the builder holds it: conditions in groups of all, any or none. A tree is never changed; every step makes a
// new one, which shares with the old one what is the same. So a step is undone by taking the old tree again.
//
//   condition  {id, kind: "condition", field, operator, values}     field is an id, "" when none is chosen yet
//   group      {id, kind: "group", join: "all" | "any" | "none", parts}

export const SEGMENT = "segment"; // stands for the field of conditions about another segment
let last = 0;

export const condition = (field = "", operator = "", values = []) =>
  ({ id: ++last, kind: "condition", field, operator, values });
export const group = (join, parts) => ({ id: ++last, kind: "group", join, parts });
export const isGroup = (node) => node.kind === "group";

// Reads the JSON form of a rule, in which fields stand by their ids; its outermost part becomes a group.
export function fromPlain(plain) {
  if (plain === null) return group("all", []);
  const node = read(plain);
  return isGroup(node) ? node : group("all", [node]);
}

function read(plain) {
  if (plain.all) return group("all", plain.all.map(read));
  if (plain.any) return group("any", plain.any.map(read));
  if (plain.not) return group("none", plain.not.any ? plain.not.any.map(read) : [read(plain.not)]);
  return condition(plain.field ?? SEGMENT, plain.operator, plain.values ?? []);
}

// Writes the JSON form. `places` is told which node stands at which place, in the words of the server: "rule.all[0]".
// A group of one part is written as that part.
export function toPlain(root, places = new Places()) {
  return root.parts.length ? write(root, "rule", places) : null;
}

function write(node, place, places) {
  places.add(place, node.id);
  if (!isGroup(node)) {
    const { field, operator, values } = node;
    return field === SEGMENT ? { operator, values } : { field, operator, values };
  }
  if (node.join === "none") {
    if (node.parts.length === 1) return { not: write(node.parts[0], `${place}.not`, places) };
    places.add(`${place}.not`, node.id);
    return { not: { any: node.parts.map((part, i) => write(part, `${place}.not.any[${i}]`, places)) } };
  }
  if (node.parts.length === 1) return write(node.parts[0], place, places);
  return { [node.join]: node.parts.map((part, i) => write(part, `${place}.${node.join}[${i}]`, places)) };
}

// Where nodes stood in what was sent. A group of one part stands where that part does.
export class Places {
  #byPlace = new Map();
  #byNode = new Map();

  add(place, id) {
    if (!this.#byNode.has(id)) this.#byNode.set(id, place);
    this.#byPlace.set(place, id);
  }

  // The node that a problem is about, and which of its values.
  find(path) {
    const place = path.replace(/\.(field|operator|values(\[\d+\])?)$/, "");
    const value = path.match(/\.values\[(\d+)\]$/);
    return { id: this.#byPlace.get(place), value: value ? Number(value[1]) : null };
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

// Replaces a node by what `change` makes of it: a node, or several or none in its stead.
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

// Takes a node out; a group that has nothing left goes with it.
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
