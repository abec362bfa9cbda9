// Shows what saving would do to the members of a segment, and saves after confirmation. The focus starts on the button
// that changes nothing; Ctrl+Enter does not confirm, so that pressing it twice saves nothing unseen.

import { h, number, visible } from "./dom.js";

const at = (id) => document.getElementById(id);
const people = (count, verb) => `${number(count)} ${count === 1 ? "contact" : "contacts"} will ${verb}`;

// `effect` is {before, after, entering, leaving, followers}, the last being names of segments; all numbers are 0 where a new segment has no conditions.
export function confirmSave({ before, after, entering, leaving, followers = [] }, name, save) {
  const dialog = at("confirm-save");
  const isEmpty = !before && !after;
  at("confirm-title").textContent = isEmpty ? "Save a segment without conditions?" : `Save “${visible(name)}”?`;
  at("confirm-counts").hidden = isEmpty;
  at("confirm-counts").replaceChildren(
    h("b", {}, number(before)), h("span", { "aria-hidden": "true" }, "→"), h("span", { class: "visually-hidden" }, "to"),
    h("b", {}, number(after)), h("span", { class: "muted" }, after === 1 ? "member" : "members"));
  const changes = [...(entering ? [people(entering, "enter")] : []), ...(leaving ? [people(leaving, "leave")] : [])];
  at("confirm-moves").hidden = !changes.length;
  at("confirm-moves").textContent = `${changes.join(", ")}.`;
  at("confirm-followers").hidden = !followers.length;
  at("confirm-followers-names").replaceChildren(...followers.map((follower) => h("li", {}, visible(follower))));
  at("confirm-nobody").hidden = after > 0;
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "save") save(); };
  dialog.showModal();
}
