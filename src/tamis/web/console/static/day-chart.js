// Charts of days: what the pointer or the arrow keys are at is said below.

addToCharts();
document.addEventListener("htmx:after:swap", addToCharts);

function addToCharts() {
  for (const chart of document.querySelectorAll("figure.chart:not([data-ready])")) {
    const days = JSON.parse(chart.dataset.days);
    const output = chart.parentElement.querySelector(".chart-says");
    for (const picture of chart.querySelectorAll("svg")) showDayDetails(picture, days, output);
    chart.dataset.ready = "yes";
  }
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
    output.textContent = days[at];
    cursor.setAttribute("x1", left + at * step);
    cursor.setAttribute("x2", left + at * step);
    picture.append(cursor);
  }

  function hide() {
    cursor.remove();
    output.textContent = "";
  }
}
