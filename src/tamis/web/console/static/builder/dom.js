// Creates elements. Text from people never becomes markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined)
    .map((child) => (child instanceof Node ? child : visible(String(child)))));
  return element;
}

// Makes invisible and direction-changing characters visible, as the templates do (domain/visible.py); joiners stay.
export const visible = (text) => text.replace(/(?![\u200c\u200d\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
  (hidden) => `⟨U+${hidden.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

// Returns a message as a sentence, with a capital and a period, as `as_sentence` in messages.py does.
export const sentence = (text) => text && text[0].toUpperCase() + text.slice(1) + (/[.?]$/.test(text) ? "" : ".");

// Fills a list with choices {name, label}. One that has them already stays as it is: somebody may be typing a word that
// chooses among them. A value that is none of them is shown as it is.
export function fillSelect(select, { label, choices, chosen }) {
  const all = choices.some((one) => one.name === chosen) ? choices : [...choices, { name: chosen, label: chosen }];
  const known = [...select.options].map((option) => option.value);
  if (known.length !== all.length || all.some((one, i) => one.name !== known[i])) {
    select.replaceChildren(...all.map((one) => h("option", { value: one.name }, one.label)));
  }
  select.value = chosen;
  select.setAttribute("aria-label", label);
}

// Returns a copy of a template element of the page.
export const fromTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

export const icon = (name) => fromTemplate(`icon-${name}`);

export const number = (count) => count.toLocaleString("en");
