// Hand a file in: chosen or dropped, sent as it is with its progress, and given up with a click.

const card = document.getElementById("upload");
const part = (id) => document.getElementById(id);
const token = document.querySelector('meta[name="csrf"]').content;
const type = part("type");
let request = null;

type.addEventListener("change", () => {
  part("new-type").hidden = type.value !== "new";
  if (type.value === "new") part("type-name").focus();
});

part("file").addEventListener("change", () => {
  const [file] = part("file").files;
  part("file").value = ""; // the same file can be chosen again after a refusal
  if (file) send(file);
});

for (const name of ["dragenter", "dragover"]) {
  part("drop").addEventListener(name, (event) => {
    event.preventDefault();
    part("drop").classList.add("is-over");
  });
}
for (const name of ["dragleave", "drop"]) {
  part("drop").addEventListener(name, () => part("drop").classList.remove("is-over"));
}
part("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  const files = event.dataTransfer.files;
  if (files.length > 1) refuse("Drop one file at a time.");
  else if (files.length) send(files[0]);
});
// Beside the zone, a dropped file would take the place of the page.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());

part("cancel").addEventListener("click", () => request?.abort());
addEventListener("beforeunload", (event) => {
  if (request) event.preventDefault();
});

async function send(file) {
  if (request) return;
  refuse("");
  if (!file.size) return refuse(`${file.name} is empty.`);
  if (file.size > Number(card.dataset.most)) {
    return refuse(`${file.name} is larger than ${card.dataset.mostWords}. Compress it with gzip, or split it.`);
  }
  const into = type.value === "new" ? await makeType() : type.value;
  if (into) put(file, into);
}

async function makeType() {
  const name = part("type-name").value.trim();
  tellType(name ? "" : "Enter a name for the new contact type.");
  if (!name) return null;
  const answer = await fetch("/imports/types", {
    method: "POST",
    headers: { accept: "application/json", "x-csrf-token": token },
    body: new URLSearchParams({ name }),
  }).catch(() => null);
  const said = answer && await answer.json().catch(() => null);
  if (!answer?.ok) {
    tellType(said?.message ?? "The server is not responding. Try again.");
    return null;
  }
  if (type instanceof HTMLSelectElement) {
    type.prepend(new Option(said.name, said.id));
    part("new-type").hidden = true;
  }
  type.value = said.id; // should the file be refused, the next one goes there, too
  return said.id;
}

function put(file, into) {
  const began = performance.now();
  request = new XMLHttpRequest();
  request.open("PUT", `/imports/uploads?type=${encodeURIComponent(into)}`);
  request.setRequestHeader("accept", "application/json");
  request.setRequestHeader("content-type", "application/octet-stream");
  request.setRequestHeader("x-csrf-token", token);
  request.setRequestHeader("x-file-name", encoded(file.name));
  request.upload.addEventListener("progress", (event) => {
    const share = event.total ? event.loaded / event.total : 0;
    part("sending-bar").value = share;
    part("sending-share").textContent = `${Math.floor(share * 100)}%`;
    const left = Math.ceil((performance.now() - began) / 1000 * (1 - share) / (share || 1));
    part("sending-detail").textContent = share === 1 ? "Reading the file…" : left > 2 ? `About ${left} seconds left` : "";
  });
  request.addEventListener("load", () => {
    const answer = read(request.responseText);
    const done = request.status === 201 && answer.location;
    end();
    if (done) location.assign(answer.location);
    else refuse(answer.message ?? "The upload failed. Try again.");
  });
  request.addEventListener("error", () => {
    end();
    refuse("The upload was interrupted. Check your connection, then try again.");
  });
  request.addEventListener("abort", () => {
    end();
    part("file").focus();
  });
  part("sending-name").textContent = file.name;
  part("sending-detail").textContent = "";
  show(true);
  request.send(file);
  part("cancel").focus();
}

function end() {
  request = null;
  show(false);
}

function show(sending) {
  part("sending").hidden = !sending;
  part("drop").hidden = sending;
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

function refuse(message) {
  part("upload-problem").textContent = message;
  part("upload-problem").hidden = !message;
}

function tellType(message) {
  part("type-problem").textContent = message;
  if (message) part("type-name").focus();
}
