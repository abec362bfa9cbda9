// The list of what a condition can be about: fields, events, segments, topics; or the properties of events.

import { openPicker } from "./listbox.js";
import { EVENT, SEGMENT } from "./rule-tree.js";
import { matching } from "./value-controls.js";

// `pick(make, part)` is called with what makes the condition about the chosen subject, and the part to go on with.
export function pickSubject(button, node, schema, events, pick) {
  const isProperty = schema.source === "property";
  const items = isProperty ? properties(node, schema) : subjects(node, schema, events);
  const label = isProperty ? "Choose a property" : events.names.size ? "Choose a field or an event" : "Choose a field";
  openPicker(button, { label, load: (typed) => matching(typed, items), pick: (item) => pick(item.make, item.part) });
}

const properties = (node, schema) => schema.data.fields.filter((field) => !field.hidden || field.id === node.field)
  .map((field) => option(field, undefined, schema));

// Events come first for a condition about events.
function subjects(node, schema, events) {
  const { data } = schema;
  const fields = [false, true].flatMap((reserved) => data.fields.filter((field) => field.reserved === reserved)
    .map((field) => option(field, reserved ? "Standard fields" : "Custom fields", schema)));
  const names = events.offered(node).map((name) => ({ label: name.name, count: name.count, heading: "Events",
    make: (before) => events.withEvent(before, name.id), part: "form" }));
  const one = { label: "Member of a segment", note: "Segment", heading: "Segments", part: "operator",
    make: (before) => schema.withField(plain(before), SEGMENT) };
  const share = { label: "Random share of the contacts", note: "Random", heading: "Random", part: "operator",
    make: (before) => schema.withShare(plain(before)) };
  const topic = { label: "Subscription to a topic", note: "Topic", heading: "Topics", part: "operator",
    make: (before) => schema.withTopic(plain(before)) };
  return [...(node.field === EVENT ? [...names, ...fields] : [...fields, ...names]), ...(data.segments.length ? [one] : []),
    ...(data.topics.length ? [topic] : []), share];
}

const option = (field, heading, schema) => ({ label: field.name, note: field.kind_name, heading, part: "operator",
  make: (before) => schema.withField(plain(before), field.id) });

// A condition without what only those about events have.
const plain = ({ id, kind, field, operator, values }) => (field === EVENT
  ? { id, kind, field: "", operator: "", values: [] } : { id, kind, field, operator, values });
