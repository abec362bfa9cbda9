// Uploads a file, chosen or dropped, with progress and a way to cancel.

const card = document.getElementById("upload");
const byId = (id) => document.getElementById(id);
const token = document.querySelector('meta[name="csrf"]').content;
const type = byId("type");
let request = null;

type.addEventListener("change", () => {
  byId("new-type").hidden = type.value !== "new";
  if (type.value === "new") byId("type-name").focus();
});

byId("file").addEventListener("change", () => {
  const [file] = byId("file").files;
  byId("file").value = ""; // the same file can be chosen again after a refusal
  if (file) send(file);
});

for (const name of ["dragenter", "dragover"]) {
  byId("drop").addEventListener(name, (event) => {
    event.preventDefault();
    byId("drop").classList.add("is-over");
  });
}
for (const name of ["dragleave", "drop"]) {
  byId("drop").addEventListener(name, () => byId("drop").classList.remove("is-over"));
}
byId("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  const files = event.dataTransfer.files;
  if (files.length > 1) showProblem("Drop one file at a time.");
  else if (files.length) send(files[0]);
});
// Outside the drop zone, a dropped file would replace the page.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());

byId("cancel").addEventListener("click", () => request?.abort());
addEventListener("beforeunload", (event) => {
  if (request) event.preventDefault();
});

async function send(file) {
  if (request) return;
  showProblem("");
  if (!file.size) return showProblem(`${file.name} is empty.`);
  if (file.size > Number(card.dataset.most)) {
    return showProblem(`${file.name} is larger than ${card.dataset.mostWords}. Compress it with gzip, or split it.`);
  }
  const typeId = type.value === "new" ? await makeType() : type.value;
  if (typeId) put(file, typeId);
}

async function makeType() {
  const name = byId("type-name").value.trim();
  showTypeProblem(name ? "" : "Enter a name for the new contact type.");
  if (!name) return null;
  const response = await fetch("/imports/types", {
    method: "POST",
    headers: { accept: "application/json", "x-csrf-token": token },
    body: new URLSearchParams({ name }),
  }).catch(() => null);
  const content = response && await response.json().catch(() => null);
  if (!response?.ok) {
    showTypeProblem(content?.message ?? "The server is not responding. Try again.");
    return null;
  }
  if (type instanceof HTMLSelectElement) {
    type.prepend(new Option(content.name, content.id));
    byId("new-type").hidden = true;
  }
  type.value = content.id; // if the file is refused, the next one goes there too
  return content.id;
}

function put(file, typeId) {
  const startedAt = performance.now();
  request = new XMLHttpRequest();
  request.open("PUT", `/imports/uploads?type=${encodeURIComponent(typeId)}&of=${card.dataset.of}`);
  request.setRequestHeader("accept", "application/json");
  request.setRequestHeader("content-type", "application/octet-stream");
  request.setRequestHeader("x-csrf-token", token);
  request.setRequestHeader("x-file-name", encoded(file.name));
  request.upload.addEventListener("progress", (event) => {
    const share = event.total ? event.loaded / event.total : 0;
    byId("sending-bar").value = share;
    byId("sending-share").textContent = `${Math.floor(share * 100)}%`;
    const left = Math.ceil((performance.now() - startedAt) / 1000 * (1 - share) / (share || 1));
    byId("sending-detail").textContent = share === 1 ? "Reading the file…" : left > 2 ? `About ${left} seconds left` : "";
  });
  request.addEventListener("load", () => {
    const response = read(request.responseText);
    const done = request.status === 201 && response.location;
    end();
    if (done) location.assign(response.location);
    else showProblem(response.message ?? "The upload failed. Try again.");
  });
  request.addEventListener("error", () => {
    end();
    showProblem("The upload was interrupted. Check your connection, then try again.");
  });
  request.addEventListener("abort", () => {
    end();
    byId("file").focus();
  });
  byId("sending-name").textContent = file.name;
  byId("sending-detail").textContent = "";
  show(true);
  request.send(file);
  byId("cancel").focus();
}

function end() {
  request = null;
  show(false);
}

function show(sending) {
  byId("sending").hidden = !sending;
  byId("drop").hidden = sending;
}

function encoded(name) {
  try {
    return encodeURIComponent(name);
  } catch { // half of a character stands in it
    return encodeURIComponent(name.replace(/[\ud800-\udfff]/g, ""));
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function showProblem(message) {
  byId("upload-problem").textContent = message;
  byId("upload-problem").hidden = !message;
}

function showTypeProblem(message) {
  byId("type-problem").textContent = message;
  if (message) byId("type-name").focus();
}
