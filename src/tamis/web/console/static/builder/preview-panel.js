// The preview beside the rule: member count, share, sample, and the rule as a sentence. While a newer rule is being
// counted or is incomplete, the old preview stays, dimmed and labelled as outdated.

import { h, number, visible } from "./dom.js";

const at = (id) => document.getElementById(id);

export class PreviewPanel {
  #panel = at("panel");
  #type;
  #people;

  constructor(type) {
    this.#type = type;
    this.#people = type.name.replace(/^\p{Lu}(?=\p{Ll})/u, (first) => first.toLowerCase());
  }

  wait() {
    this.#panel.setAttribute("aria-busy", "true");
    at("sample").setAttribute("aria-busy", "true");
  }

  #done(isCounted) {
    this.#panel.removeAttribute("aria-busy");
    at("sample").removeAttribute("aria-busy");
    this.#panel.classList.toggle("outdated", !isCounted);
    at("sample").classList.toggle("outdated", !isCounted);
    at("count-label").textContent = isCounted ? "In this segment" : "Previous count";
  }

  failed(message) {
    this.#done(false);
    this.#showState(`Count unavailable: ${message}`, true);
  }

  // `isEmpty`: the rule has no conditions; `textIsWrong`: the text is being edited and is invalid.
  show(preview, isEmpty, textIsWrong) {
    const { count, members } = preview;
    this.#done(count !== null);
    at("to-open").hidden = count !== null;
    at("sentence").hidden = isEmpty || preview.sentence === null;
    if (count === null) {
      this.#showState(this.#missing(preview), preview.problems.length > 0);
      if (at("sample-table").hidden) at("no-sample").textContent = this.#missing(preview);
      return;
    }
    this.#number(preview);
    this.#manual(count, members);
    this.#showState(textIsWrong ? "The text has an error. These counts are for the conditions."
      : isEmpty ? `Add a condition to see matching ${this.#people}.` : "", false);
    at("sentence").textContent = visible(preview.sentence);
    this.#sample(preview, isEmpty);
  }

  // The headline is who can be mailed; the members are beside it where some cannot.
  #number({ count, mailable, members, share, total }) {
    const [all, can] = members ? [members.count, members.mailable] : [count, mailable];
    at("count").textContent = number(can);
    at("suppressed").hidden = all === can;
    at("suppressed").textContent = `can be mailed, of ${number(all)} ${all === 1 ? "member" : "members"}`;
    at("share").textContent = share;
    at("total").textContent = `of ${number(total)} ${total === 1 ? "contact" : "contacts"}`;
    const bar = at("share-bar");
    bar.max = Math.max(total, 1);
    bar.value = Math.min(all, total);
  }

  // The count includes manual changes: show how many, if any.
  #manual(count, members) {
    const changes = members ? [[members.added, "added manually"], [members.excluded, "excluded"]] : [];
    const notes = changes.filter(([people]) => people).map(([people, what]) => `${number(people)} ${what}`);
    at("manual").hidden = !notes.length;
    at("manual").textContent = [`${number(count)} ${count === 1 ? "matches" : "match"} the rule`, ...notes].join(" · ");
  }

  #showState(text, bad) {
    const element = at("state");
    element.textContent = text;
    element.hidden = !text;
    element.classList.toggle("bad", bad);
  }

  #missing({ unfinished, problems }) {
    const what = problems.length ? "Fix the marked condition"
      : unfinished.length === 1 ? "Finish the condition" : `Finish the ${unfinished.length} conditions`;
    return `${what} to see matching ${this.#people}.`;
  }

  #sample(preview, isEmpty) {
    const { columns, rows } = preview.sample;
    at("sample-table").hidden = !rows.length;
    at("sample-title").textContent = !rows.length ? "Preview"
      : preview.count > rows.length ? `Preview: ${rows.length} sample ${this.#people}` : rows.length === 1
        ? "Preview: the only match" : `Preview: all ${rows.length} matches`;
    at("no-sample").hidden = rows.length > 0;
    at("no-sample").textContent = isEmpty ? `Add a condition to see matching ${this.#people}.`
      : "Nobody matches this rule. The counts next to the conditions show which one is too narrow.";
    at("sample-table").querySelector("thead tr").replaceChildren(
      ...columns.map((name) => h("th", { scope: "col" }, name)));
    at("sample-table").querySelector("tbody").replaceChildren(...rows.map((row) => h("tr", {},
      ...row.cells.map((cell, i) => h("td", {}, i ? cell
        : h("a", { href: `/types/${this.#type.id}/contacts/${row.id}`, class: "name" }, cell))))));
  }
}
