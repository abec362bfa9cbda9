// The fields, operators, segments and topics that rules of this contact type can use, as the server gives them; or the
// properties of events instead of fields.

import { SEGMENT } from "./rule-tree.js";
import { post } from "./requests.js";

export class Schema {
  #values = new Map();

  // `source` says what the fields are: "field" or "property".
  constructor(data, source = "field") {
    this.data = data;
    this.source = source;
    this.fields = new Map(data.fields.map((field) => [field.id, field]));
    this.segments = new Map(data.segments.map((segment) => [String(segment.id), segment]));
    this.topics = new Map(data.topics.map((topic) => [String(topic.id), topic]));
    this.operators = new Map(data.operators.map((operator) => [operator.name, operator]));
  }

  // Returns a schema with other fields.
  of(fields, source) {
    return new Schema({ ...this.data, fields }, source);
  }

  field(node) {
    return this.fields.get(node.field);
  }

  fieldLabel(node) {
    if (node.field === SEGMENT) return this.data.type.name;
    return node.field === "" ? `Choose a ${this.source}` : this.field(node)?.name ?? `Deleted ${this.source}`;
  }

  operatorsFor(node) {
    if (node.field === SEGMENT) {
      const subject = subjectOf(this.operator(node));
      return this.data.operators.filter((one) => one.takes_no_field && subjectOf(one) === subject);
    }
    const kind = this.field(node)?.kind;
    return this.data.operators.filter((operator) => operator.kinds.includes(kind));
  }

  operator(node) {
    return this.operators.get(node.operator);
  }

  // The type of control for a value.
  controlType(node) {
    const operator = this.operator(node);
    if (!operator || operator.takes === "none") return "none";
    if (operator.values === "part") return "text";
    if (operator.values !== "value") return operator.values;
    return this.field(node)?.kind ?? "text";
  }

  // Returns a condition about a random share of the contacts.
  withShare(node) {
    return { ...node, field: SEGMENT, operator: "is in random", values: ["10%", ""] };
  }

  // Returns a condition about a topic.
  withTopic(node) {
    const values = this.data.topics.length === 1 ? [String(this.data.topics[0].id)] : [""];
    return { ...node, field: SEGMENT, operator: "is subscribed to", values };
  }

  // Returns a condition with another field.
  withField(node, field) {
    const kind = this.fields.get(field)?.kind;
    if (node.field !== "" && kind && kind === this.field(node)?.kind && !this.field(node).options?.length) {
      return { ...node, field };
    }
    const fresh = { ...node, field, operator: "", values: [] };
    const names = this.operatorsFor(fresh).map((operator) => operator.name);
    const keeps = names.includes(node.operator) ? node.operator : names[0];
    return this.withOperator(fresh, keeps ?? "");
  }

  // Returns a condition with another operator; values that still fit are kept.
  withOperator(node, operator) {
    const changed = { ...node, operator };
    const kept = this.controlType(node) === this.controlType(changed) ? node.values.filter((value) => value !== "") : [];
    const first = { duration: "30 days", boolean: "true", period: "month" }[this.controlType(changed)] ?? "";
    const values = {
      none: [], one: [kept[0] ?? first], two: [kept[0] ?? first, kept[1] ?? first], many: kept,
    }[this.operator(changed)?.takes ?? "none"];
    return { ...changed, values };
  }

  // The most frequent values of a field or a property that contain a text, cached for this page.
  async values(field, typed) {
    const key = JSON.stringify([field.id, typed.trim().toLowerCase()]);
    if (!this.#values.has(key)) {
      const request = post("/segments/values", { type: this.data.type.id, [this.source]: field.id, typed });
      this.#values.set(key, request.then((response) => response.values, () => {
        this.#values.delete(key); // try again next time
        return [];
      }));
    }
    return this.#values.get(key);
  }

  suggests(field) {
    return field && ["text", "choice", "choices"].includes(field.kind) && !field.unique;
  }
}

// What an operator without a field is about: "share", "topic", or "segment", which stands for the rest as well.
const subjectOf = (operator) => (["share", "topic"].includes(operator?.values) ? operator.values : "segment");
