// The pages of a segment: live figures, and a chart with the numbers of single days.

const REFRESH_MS = 4000;

setInterval(refresh, REFRESH_MS);
document.addEventListener("visibilitychange", refresh);

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

function refresh() {
  if (document.hidden) return;
  for (const shown of document.querySelectorAll("[data-live]")) shown.dispatchEvent(new CustomEvent("refresh"));
}

for (const chart of document.querySelectorAll("figure.chart")) {
  const days = JSON.parse(chart.dataset.days);
  const output = chart.parentElement.querySelector(".chart-says");
  for (const picture of chart.querySelectorAll("svg")) showDayDetails(picture, days, output);
}

function showDayDetails(picture, days, output) {
  const left = Number(picture.dataset.left);
  const step = Number(picture.dataset.step);
  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
  cursor.setAttribute("class", "chart-cursor");
  cursor.setAttribute("y1", "8");
  cursor.setAttribute("y2", picture.dataset.floor);
  let at = days.length - 1;
  picture.tabIndex = 0;
  picture.setAttribute("aria-label", `${picture.getAttribute("aria-label")} Use the arrow keys to move from day to day.`);
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * picture.viewBox.baseVal.width;
    show(Math.round((x - left) / step));
  });
  picture.addEventListener("pointerleave", hide);
  picture.addEventListener("blur", hide);
  picture.addEventListener("focus", () => { if (picture.matches(":focus-visible")) show(at); });
  picture.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: days.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });

  function show(day) {
    at = Math.max(0, Math.min(days.length - 1, day));
    const [date, members, entered, departed] = days[at];
    const number = (value) => value.toLocaleString("en");
    output.textContent = `${date}: ${number(members)} ${members === 1 ? "member" : "members"}, ${number(entered)} entered, ${number(departed)} left`;
    cursor.setAttribute("x1", left + at * step);
    cursor.setAttribute("x2", left + at * step);
    picture.append(cursor);
  }

  function hide() {
    cursor.remove();
    output.textContent = "";
  }
}
