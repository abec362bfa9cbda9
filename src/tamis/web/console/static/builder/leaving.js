// Whoever leaves with unsaved changes is asked first: by our own dialog at links of the page, by the browser otherwise.

export function askBeforeLeaving(isDirty, save) {
  const dialog = document.getElementById("leave");
  let leaving = false;
  let to = "";

  addEventListener("beforeunload", (event) => {
    if (leaving || !isDirty()) return;
    event.preventDefault();
    event.returnValue = "";
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button || link?.target === "_blank";
    if (!link || elsewhere || link.getAttribute("href").startsWith("#") || !isDirty()) return;
    event.preventDefault();
    to = link.href;
    dialog.showModal();
  });

  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "leave") go(to);
    if (dialog.returnValue === "save") save();
    dialog.returnValue = "";
  });

  function go(path) {
    leaving = true;
    location.assign(path);
  }
  return go;
}
