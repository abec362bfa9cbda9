// Reordering fields by dragging their grip; a drop is submitted like the buttons beside it.

let dragged = null;

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  dragged = grip.closest("[data-field]");
  dragged.classList.add("dragging");
  grip.setPointerCapture(event.pointerId);
});

document.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  unmark();
  const place = placeAt(event.clientY);
  if (place.row !== dragged) place.row.classList.add(place.after ? "drop-after" : "drop-before");
});

document.addEventListener("pointerup", (event) => {
  if (!dragged) return;
  const row = dragged;
  const { row: target, after } = placeAt(event.clientY);
  end();
  const before = after ? target.nextElementSibling : target;
  if (before === row || before === row.nextElementSibling) return;
  const drop = row.querySelector("[data-drop]");
  drop.value = before ? before.dataset.field : "";
  drop.form.requestSubmit(drop);
});

document.addEventListener("pointercancel", end);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });

function placeAt(y) {
  const rows = [...dragged.parentElement.children];
  const below = rows.find((row) => y < row.getBoundingClientRect().bottom) ?? rows.at(-1);
  const box = below.getBoundingClientRect();
  return { row: below, after: y > box.top + box.height / 2 };
}

function unmark() {
  for (const row of document.querySelectorAll(".drop-before, .drop-after")) row.classList.remove("drop-before", "drop-after");
}

function end() {
  unmark();
  dragged?.classList.remove("dragging");
  dragged = null;
}
