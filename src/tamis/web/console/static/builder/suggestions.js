// The most frequent values of a field, offered while a value is typed.

import { Listbox } from "./listbox.js";

// `about.without`, where it is given, tells which values are there already, in lower case.
export function suggest(made, about, pick) {
  const list = new Listbox(made, {
    label: `Common values of ${about.field.name}`,
    load: async (typed) => (await about.table.values(about.field, typed))
      .filter(([key]) => !about.without?.().has(key.toLowerCase()))
      .map(([key, count]) => ({ key, label: key, count })),
    pick,
  });
  made.addEventListener("focus", () => list.show());
  made.addEventListener("click", () => list.show());
  return list;
}
