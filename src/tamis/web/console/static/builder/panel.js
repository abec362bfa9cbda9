// The numbers beside the rule: how many, which share, who for example, and the rule in words. While a newer rule is
// being counted, the old number is shown as what it is: not the answer yet.

import { h, number } from "./dom.js";

const at = (id) => document.getElementById(id);

export class Panel {
  #panel = at("panel");
  #typeId;

  constructor(typeId) {
    this.#typeId = typeId;
  }

  wait() {
    this.#panel.setAttribute("aria-busy", "true");
    at("sample").setAttribute("aria-busy", "true");
  }

  #done() {
    this.#panel.removeAttribute("aria-busy");
    at("sample").removeAttribute("aria-busy");
  }

  failed(message) {
    this.#number("–", "", 0, 1);
    this.#say(`There is no count: ${message}`, true);
    this.#panel.removeAttribute("aria-busy");
  }

  // `isEmpty`: the rule has no conditions; `textIsWrong`: somebody writes a text of which this is not the rule.
  show(said, isEmpty, textIsWrong) {
    this.#done();
    const { count, total } = said;
    at("total").textContent = `of ${number(total)} ${total === 1 ? "contact" : "contacts"}`;
    if (count === null) {
      this.#number("–", "", 0, total);
      this.#say(missing(said), said.problems.length > 0);
    } else {
      this.#number(number(count), said.share, count, total);
      this.#say(textIsWrong ? "The text cannot be read: these are the numbers of the conditions as they stand."
        : isEmpty ? "Nobody yet: add a condition." : "", false);
    }
    const hands = said.members !== null && said.members !== count;
    at("hands").hidden = !hands;
    if (hands) at("hands").textContent = `${number(said.members)} with those added and without those removed by hand`;
    at("sentence").textContent = said.sentence ?? "";
    at("sentence").hidden = isEmpty || said.sentence === null;
    at("to-open").hidden = count !== null;
    this.#sample(said, isEmpty);
  }

  #number(text, share, count, total) {
    at("count").textContent = text;
    at("share").textContent = share;
    const bar = at("share-bar");
    bar.max = Math.max(total, 1);
    bar.value = count;
  }

  #say(text, bad) {
    const element = at("state");
    element.textContent = text;
    element.hidden = !text;
    element.classList.toggle("bad", bad);
  }

  #sample(said, isEmpty) {
    const { columns, rows } = said.sample;
    at("sample-table").hidden = !rows.length;
    at("sample-title").textContent = rows.length === 1 ? "The one contact" : said.count > rows.length
      ? `${rows.length} of them, for example` : rows.length ? `All ${rows.length} of them` : "Who it is";
    at("no-sample").hidden = rows.length > 0;
    at("no-sample").textContent = said.count === null ? "Whom the rule selects is shown when it is finished."
      : isEmpty ? "Add a condition, and ten of those whom it selects are shown here."
        : "The rule selects nobody: the numbers beside its conditions tell which of them is too narrow.";
    at("sample-table").querySelector("thead tr").replaceChildren(
      ...columns.map((name) => h("th", { scope: "col" }, name)));
    at("sample-table").querySelector("tbody").replaceChildren(...rows.map((row) => h("tr", {},
      ...row.cells.map((cell, i) => h("td", {}, i ? cell
        : h("a", { href: `/types/${this.#typeId}/contacts/${row.id}`, class: "name" }, cell))))));
  }
}

function missing({ unfinished, problems }) {
  const open = unfinished.length === 1 ? "One condition is not finished" : `${unfinished.length} conditions are not finished`;
  const wrong = problems.length === 1 ? "one thing is wrong" : `${problems.length} things are wrong`;
  const text = [...(unfinished.length ? [open] : []), ...(problems.length ? [wrong] : [])].join(", and ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}: until then the rule as a whole has no count.`;
}
