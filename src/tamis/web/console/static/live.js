// Parts of pages that update while somebody looks: those with `data-live` are asked to refresh.

const REFRESH_MS = 4000;

setInterval(refresh, REFRESH_MS);
document.addEventListener("visibilitychange", refresh);

function refresh() {
  if (document.hidden) return;
  for (const shown of document.querySelectorAll("[data-live]")) shown.dispatchEvent(new CustomEvent("refresh"));
}
