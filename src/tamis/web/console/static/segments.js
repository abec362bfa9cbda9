// The pages of a segment: live figures, and a chart with the numbers of single days.

import "./live.js";
import "./day-chart.js";

// The search is kept in the URL, so that the back button returns to the results.
document.querySelector("form[data-in-address]")?.addEventListener("input", (event) => {
  const params = new URLSearchParams(new FormData(event.currentTarget));
  history.replaceState(null, "", `${location.pathname}?${params}`);
});

// On a small screen, scroll to the open tab.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Close a menu when it has opened a dialog.
document.addEventListener("click", (event) => {
  const menu = event.target.closest("[data-opens]")?.closest("details.menu");
  if (menu) menu.open = false;
});
