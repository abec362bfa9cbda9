// Saves the segment once at a time; problems are shown where they belong, and no edit is lost.

import { sentence } from "./dom.js";

const at = (id) => document.getElementById(id);

export class SaveForm {
  #form = at("builder");
  #isBusy = false;
  #options;

  // `draft()` returns the rule to save as {json}, or null after showing why it cannot be saved; `saved(path)` navigates,
  // `refused(problems)` shows problems of the rule, `changed(other)` a version that somebody else has saved,
  // `confirm(effect)` asks for confirmation of the change of members.
  constructor(options) {
    this.#options = options;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    for (const button of document.querySelectorAll("[data-save]")) button.disabled = false;
  }

  get name() {
    return this.#form.elements.segment_name.value.trim();
  }

  // `confirmed` is true after confirmation of the change of members.
  async save(confirmed = false) {
    if (this.#isBusy) return;
    this.#showNameProblem("");
    if (!this.name) {
      this.#showNameProblem("Enter a segment name.");
      return;
    }
    const draft = this.#options.draft();
    if (!draft) return;
    this.#form.elements.draft.value = JSON.stringify(draft.json);
    const body = new URLSearchParams(new FormData(this.#form));
    if (confirmed) body.set("confirmed", "yes");
    this.#setBusy(true);
    try {
      const response = await fetch(this.#form.getAttribute("action"), {
        method: "POST", body, headers: { accept: "application/json" },
      });
      this.#handleResponse(response, await response.json());
    } catch {
      this.#showProblem("Not saved. The server cannot be reached. Your changes are still here, so try again.");
    } finally {
      this.#setBusy(false);
    }
  }

  #handleResponse(response, content) {
    if (response.ok) {
      this.#options.saved(content.go);
      return;
    }
    if (content.changed) {
      this.#options.changed(content.changed);
      return;
    }
    if (content.confirm) {
      this.#options.confirm(content.confirm);
      return;
    }
    const problems = content.problems ?? [];
    const ofName = problems.filter((problem) => problem.path === "segment_name");
    this.#showNameProblem(sentence(ofName.map((problem) => problem.message).join("; ")));
    this.#options.refused(problems.filter((problem) => problem.path !== "segment_name"));
    if (!problems.length) this.#showProblem(content.message ?? "Not saved. Try again.");
  }

  // Saves a new segment from now on.
  saveAsNew(path) {
    this.#form.setAttribute("action", path);
    this.#form.elements.seen.value = "";
    const name = this.#form.elements.segment_name;
    name.focus();
    name.select();
  }

  setVersion(seen) {
    this.#form.elements.seen.value = seen;
  }

  #showNameProblem(text) {
    const problem = at("name-problem");
    problem.hidden = !text;
    problem.querySelector("span").textContent = text;
    const name = this.#form.elements.segment_name;
    name.toggleAttribute("aria-invalid", Boolean(text));
    if (text) name.focus();
  }

  #showProblem(text) {
    at("problems").replaceChildren(Object.assign(document.createElement("p"), { className: "notice bad", textContent: text }));
  }

  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    for (const button of document.querySelectorAll("[data-save]")) {
      button.toggleAttribute("aria-disabled", isBusy);
      button.classList.toggle("busy", isBusy);
    }
    if (isBusy) at("problems").replaceChildren();
  }
}
