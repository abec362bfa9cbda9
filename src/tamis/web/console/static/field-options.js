// The options of a choice field: rows that are added, moved and deleted; the form submits all of them in order.

const list = document.querySelector("[data-options]");
const status = document.querySelector("[data-says]");

function ready(root) {
  for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
}

function name(row) {
  return row.querySelector('input[name="option"]').value || "New option";
}

function move(row, up) {
  const other = up ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  up ? other.before(row) : other.after(row);
  const place = [...list.children].indexOf(row) + 1;
  status.textContent = `${name(row)} moved to position ${place} of ${list.children.length}.`;
}

function add() {
  list.append(document.getElementById("option-row").content.cloneNode(true));
  ready(list.lastElementChild);
  list.lastElementChild.querySelector('input[name="option"]').focus();
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  status.textContent = `${name(row)} will be deleted when you save.`;
  row.remove();
  (next?.querySelector('input[name="option"]') ?? document.querySelector("[data-add-option]")).focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const row = button.closest("[data-option]");
  if (button.matches("[data-up], [data-down]")) {
    move(row, button.matches("[data-up]"));
    button.focus();
  }
  if (button.matches("[data-remove]")) remove(row);
  if (button.matches("[data-add-option]")) add();
});

// Enter in a row adds the next one instead of submitting an incomplete form.
list?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches('input[name="option"]')) return;
  event.preventDefault();
  const next = event.target.closest("[data-option]").nextElementSibling;
  next ? next.querySelector('input[name="option"]').focus() : add();
});

ready(document);
