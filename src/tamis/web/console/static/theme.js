// Runs before the page is painted, to avoid a flash of the wrong colours.
const chosen = localStorage.getItem("tamis-theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
