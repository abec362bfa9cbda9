// A dry run shows what an import would do with the choices below it. When one of them changes, its numbers are outdated:
// that is said at once, and it runs again in the background while the form stays as it is.

const AFTER_CHANGE = 500;
const BETWEEN_LOOKS = 1000;

const area = document.getElementById("dry-run");
const form = document.querySelector("form.mapping");
const importButton = form.querySelector('button[value="import"]');
let changes = 0;
let timer = 0;
let isRunning = false;

form.addEventListener("change", () => {
  if (isRunning || "tried" in area.dataset) outdate();
});
if ("outdated" in area.dataset) outdate();

function outdate() {
  changes += 1;
  area.classList.add("is-outdated");
  importButton.disabled = true;
  clearTimeout(timer);
  timer = setTimeout(run, AFTER_CHANGE);
}

// One runs at a time. What changes while it runs is tried when it has ended.
async function run() {
  if (isRunning) return;
  isRunning = true;
  const seen = changes;
  try {
    let page = await ask({ method: "POST", body: choices() });
    while (page.querySelector("#dry-run .under-way")) {
      await new Promise((resolve) => { setTimeout(resolve, BETWEEN_LOOKS); });
      page = await ask({});
    }
    isRunning = false;
    if (seen === changes) show(page);
    else run();
  } catch { // the server does not answer, or the file is gone: the page itself says what is wrong
    form.dataset.sent = "1";
    location.reload();
  }
}

function choices() {
  const body = new URLSearchParams(new FormData(form));
  body.delete("idempotency_key"); // it belongs to the form itself, which is yet to be sent
  body.set("do", "trial");
  return body;
}

async function ask(options) {
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
