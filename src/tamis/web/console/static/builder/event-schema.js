// What conditions about events can ask: event names, their properties, and the forms of the question.

import { EVENT, ONCE, group } from "./rule-tree.js";

const VALUE = "value"; // the id of the value of events that a condition is about, as a field
const COUNT = { name: "count", label: "number of times", takes: [], kind: "number", is_zero_of_nothing: true };

export class EventSchema {
  #schema;
  #data;
  #properties = new Map();

  constructor(schema) {
    this.#schema = schema;
    this.#data = schema.data.events;
    this.names = new Map(this.#data.names.map((name) => [name.id, name]));
    this.functions = new Map([COUNT, ...this.#data.functions].map((one) => [one.name, one]));
    this.forms = [{ name: "did", label: "happened" }, { name: "did not", label: "did not happen" }, ...this.functions.values()];
  }

  // The names to offer: hidden ones only where they are used.
  offered(node) {
    return [...this.names.values()].filter((name) => !name.hidden || name.id === node.event);
  }

  label(node) {
    return node.event === "" ? "Choose an event" : this.names.get(node.event)?.name ?? "Deleted event";
  }

  // The schema of the conditions in the `where` of a condition.
  properties(node) {
    if (!this.#properties.has(node.event)) {
      const fields = (this.names.get(node.event)?.properties ?? [])
        .map((field) => ({ ...field, kind_name: this.#data.kind_names[field.kind], options: [] }));
      this.#properties.set(node.event, this.#schema.of(fields, "property"));
    }
    return this.#properties.get(node.event);
  }

  // The properties that the form of a condition can take; hidden ones only where they are used.
  fitting(node) {
    const takes = this.functions.get(node.form)?.takes ?? [];
    return this.properties(node).data.fields.filter((field) => takes.includes(field.kind)
      && (!field.hidden || field.id === node.property));
  }

  // What is asked of the value of events: {schema, node, operators}; null where the form says it already.
  test(node) {
    const form = this.functions.get(node.form);
    if (!form) return null;
    const kind = form.kind ?? this.properties(node).fields.get(node.property)?.kind ?? "number";
    const schema = this.#schema.of([{ id: VALUE, name: `${this.label(node)}, ${form.label}`, kind, options: [] }], "value");
    const operators = form === COUNT ? this.#data.times : schema.operatorsFor({ field: VALUE }).filter((one) =>
      one.values !== "field" && !(form.is_zero_of_nothing && one.takes === "none"));
    return { schema, operators, node: { field: VALUE, operator: node.operator, values: node.values } };
  }

  // What is asked of the instants of events: {schema, node, operators}.
  window(node) {
    const field = { id: VALUE, name: `${this.label(node)}, period`, kind: "datetime", takesDays: true, options: [] };
    const schema = this.#schema.of([field], "value");
    const { operator, values } = node.window ?? { operator: "", values: [] };
    return { schema, operators: this.#data.windows, node: { field: VALUE, operator, values } };
  }

  // Returns a condition about events with another name. What does not depend on the name is kept.
  withEvent(node, event) {
    if (node.field !== EVENT) return { ...node, field: EVENT, event, form: "did", property: null, ...ONCE, window: null,
      where: group("all", []) };
    if (node.event === event) return node;
    return this.withForm({ ...node, event, property: null, where: group("all", []) }, node.form);
  }

  // Returns a condition in another form. An operator that still fits keeps its values.
  withForm(node, form) {
    if (!this.functions.has(form)) return { ...node, form, property: null, ...ONCE };
    const takes = this.functions.get(form).takes.length > 0;
    const changed = { ...node, form, property: null };
    const fitting = takes ? this.fitting(changed) : [];
    const property = fitting.find((one) => one.id === node.property) ?? (fitting.length === 1 ? fitting[0] : null);
    if (takes) changed.property = property?.id ?? "";
    return this.#fitted(changed, node);
  }

  // Returns a condition about another property.
  withProperty(node, property) {
    return this.#fitted({ ...node, property }, node);
  }

  withOperator(node, operator) {
    const { schema, node: asked } = this.test(node);
    return { ...node, operator, values: schema.withOperator(asked, operator).values };
  }

  // Returns a condition with another window; "" is ever.
  withWindow(node, operator) {
    if (!operator) return { ...node, window: null };
    const { schema, node: asked } = this.window(node);
    return { ...node, window: { operator, values: schema.withOperator(asked, operator).values } };
  }

  // Returns a condition with an operator of its value's kind: the one that was asked before if it fits, else the most
  // common one. A number of times is no amount.
  #fitted(node, before) {
    const { schema, operators } = this.test(node);
    const kind = schema.fields.get(VALUE).kind;
    const isAlike = this.test(before)?.schema.fields.get(VALUE).kind === kind
      && (before.form === "count") === (node.form === "count");
    if (isAlike && operators.some((one) => one.name === node.operator)) return node;
    const operator = kind === "number" ? ONCE.operator : "is within";
    const value = node.form === "count" ? "2" : kind === "number" ? "" : "30 days";
    return { ...node, operator, values: [value] };
  }
}
