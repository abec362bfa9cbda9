// Saves the segment, once; what the server refuses is said where it belongs, and nothing of what was made is lost.

const at = (id) => document.getElementById(id);

export class Saving {
  #form = at("builder");
  #under = false;
  #options;

  // `draft()` gives the rule to save, or null after having said why it cannot be saved yet; `saved(path)` leads on,
  // `refused(problems)` shows what is wrong with the rule, `changed(other)` that somebody else has saved meanwhile,
  // `confirm(effect)` asks whether the members shall change like that.
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

  // `confirmed` says that somebody has seen what becomes of the members.
  async save(confirmed = false) {
    if (this.#under) return;
    this.#sayName("");
    if (!this.name) {
      this.#sayName("Enter a segment name.");
      return;
    }
    const ready = this.#options.draft();
    if (!ready) return;
    this.#form.elements.draft.value = JSON.stringify(ready.plain);
    const filled = new URLSearchParams(new FormData(this.#form));
    if (confirmed) filled.set("confirmed", "yes");
    this.#busy(true);
    try {
      const answer = await fetch(this.#form.getAttribute("action"), {
        method: "POST", body: filled, headers: { accept: "application/json" },
      });
      this.#answered(answer, await answer.json());
    } catch {
      this.#say("Not saved. The server cannot be reached. Your changes are still here, so try again.");
    } finally {
      this.#busy(false);
    }
  }

  #answered(answer, said) {
    if (answer.ok) {
      this.#options.saved(said.go);
      return;
    }
    if (said.changed) {
      this.#options.changed(said.changed);
      return;
    }
    if (said.confirm) {
      this.#options.confirm(said.confirm);
      return;
    }
    const problems = said.problems ?? [];
    const ofName = problems.filter((problem) => problem.path === "segment_name");
    this.#sayName(ofName.map((problem) => problem.message).join("; "));
    this.#options.refused(problems.filter((problem) => problem.path !== "segment_name"));
    if (!problems.length) this.#say(said.message ?? "Not saved. Try again.");
  }

  // From here on it is another segment that is saved.
  asNew(path) {
    this.#form.setAttribute("action", path);
    this.#form.elements.seen.value = "";
    const name = this.#form.elements.segment_name;
    name.focus();
    name.select();
  }

  sawOther(seen) {
    this.#form.elements.seen.value = seen;
  }

  #sayName(text) {
    const problem = at("name-problem");
    problem.hidden = !text;
    problem.querySelector("span").textContent = text;
    const name = this.#form.elements.segment_name;
    name.toggleAttribute("aria-invalid", Boolean(text));
    if (text) name.focus();
  }

  #say(text) {
    at("problems").replaceChildren(Object.assign(document.createElement("p"), { className: "notice bad", textContent: text }));
  }

  #busy(under) {
    this.#under = under;
    for (const button of document.querySelectorAll("[data-save]")) {
      button.toggleAttribute("aria-disabled", under);
      button.classList.toggle("busy", under);
    }
    if (under) at("problems").replaceChildren();
  }
}
