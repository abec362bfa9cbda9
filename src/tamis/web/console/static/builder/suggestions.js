// Suggestions of the most frequent values of a field while typing.

import { Listbox } from "./listbox.js";

// `context.without` optionally returns the values to leave out, in lower case.
export function suggest(input, context, pick) {
  const list = new Listbox(input, {
    label: `Common values of ${context.field.name}`,
    load: async (typed) => (await context.schema.values(context.field, typed))
      .filter(([key]) => !context.without?.().has(key.toLowerCase()))
      .map(([key, count]) => ({ key, label: key, count })),
    pick,
  });
  input.addEventListener("focus", () => list.show());
  input.addEventListener("click", () => list.show());
  return list;
}
