// Runs before the page is painted, so that nobody sees the wrong colours flash by.
const chosen = localStorage.getItem("tamis-theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
