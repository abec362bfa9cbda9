// A dry run shows what an import would do with the choices below. When one of them changes, its numbers are marked as
// outdated at once, and it runs again in the background while the form stays as it is.

const RERUN_DELAY_MS = 500;
const POLL_MS = 1000;

const area = document.getElementById("dry-run");
const form = document.querySelector("form.mapping");
const importButton = form.querySelector('button[value="import"]');
let changes = 0;
let timer = 0;
let isRunning = false;

form.addEventListener("change", () => {
  if (isRunning || "tried" in area.dataset) markOutdated();
});
if ("outdated" in area.dataset) markOutdated();

function markOutdated() {
  changes += 1;
  area.classList.add("is-outdated");
  importButton.disabled = true;
  clearTimeout(timer);
  timer = setTimeout(run, RERUN_DELAY_MS);
}

// One runs at a time; changes meanwhile start another run when it has ended.
async function run() {
  if (isRunning) return;
  isRunning = true;
  const changesAtStart = changes;
  try {
    let page = await fetchPage({ method: "POST", body: formValues() });
    while (page.querySelector("#dry-run .under-way")) {
      await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
      page = await fetchPage({});
    }
    isRunning = false;
    if (changesAtStart === changes) show(page);
    else run();
  } catch { // the server does not respond, or the file is gone: the page shows what is wrong
    form.dataset.sent = "1";
    location.reload();
  }
}

function formValues() {
  const body = new URLSearchParams(new FormData(form));
  body.delete("idempotency_key"); // it belongs to the form itself, which is yet to be sent
  body.set("do", "trial");
  return body;
}

async function fetchPage(options) {
  const answer = await fetch(form.action, { headers: { accept: "text/html" }, ...options });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.getElementById("dry-run")) throw new Error("no page of a file");
  return page;
}

function show(page) {
  area.replaceChildren(...page.getElementById("dry-run").childNodes);
  area.classList.remove("is-outdated");
  area.dataset.tried = "";
  importButton.disabled = false;
  for (const cell of form.querySelectorAll("td.choice")) {
    const id = cell.querySelector("select")?.id;
    const theirs = id && page.getElementById(id)?.closest("td.choice");
    if (!theirs) continue;
    const [bad, theirBad] = [cell, theirs].map((one) => one.nextElementSibling);
    if (!bad.contains(document.activeElement)) bad.replaceChildren(...theirBad.childNodes);
    cell.className = theirs.className;
    cell.querySelector(".problem")?.remove();
    const problem = theirs.querySelector(".problem");
    if (problem) cell.append(problem);
  }
}
