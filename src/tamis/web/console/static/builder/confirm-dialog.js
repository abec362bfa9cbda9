// Shows what saving would do to the members of a segment, and saves after confirmation. The focus starts on the button
// that changes nothing; Ctrl+Enter does not confirm, so that pressing it twice saves nothing unseen.

import { h, number, visible } from "./dom.js";

const at = (id) => document.getElementById(id);
const some = (names) => names.flatMap((name, place) => [place ? ", " : ": ", h("bdi", {}, name)]);
const people = (count, verb, names) => h("li", {}, `${number(count)} ${verb}`, ...some(names), count > names.length && names.length ? " …" : "");

// `effect` is {before, after, entering, leaving, names, followers}: names are emails of some who enter and leave, followers names of segments; all numbers are 0 where a new segment has no conditions.
export function confirmSave({ before, after, entering, leaving, names = {}, followers = [] }, name, save) {
  const dialog = at("confirm-save");
  const isEmpty = !before && !after;
  at("confirm-title").textContent = isEmpty ? "Save a segment without conditions?" : `Save “${visible(name)}”?`;
  at("confirm-counts").hidden = isEmpty;
  at("confirm-counts").replaceChildren(
    h("b", {}, number(before)), h("span", { "aria-hidden": "true" }, "→"), h("span", { class: "visually-hidden" }, "to"),
    h("b", {}, number(after)), h("span", { class: "muted" }, after === 1 ? "member" : "members"));
  at("confirm-moves").hidden = !entering && !leaving;
  at("confirm-moves").replaceChildren(people(leaving, "leave", names.leave ?? []), people(entering, "enter", names.enter ?? []));
  at("confirm-followers").hidden = !followers.length;
  at("confirm-followers-names").replaceChildren(...followers.map((follower) => h("li", {}, visible(follower))));
  at("confirm-nobody").hidden = after > 0;
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "save") save(); };
  dialog.showModal();
}
