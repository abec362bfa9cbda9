// Sends the calls that a reader tries, with the key of the reader, and shows each as a curl command.
"use strict";

const MAX_SHOWN = 100_000;

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function requestOf(form) {
  const article = form.closest("article");
  let path = article.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  let body;
  for (const input of form.querySelectorAll("[data-in]")) {
    const value = input.value;
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (value === "") continue;
    else if (input.dataset.in === "query") query.set(input.name, value);
    else if (input.dataset.in === "header") headers[input.name] = value;
    else {
      body = value;
      headers["Content-Type"] = input.dataset.mediaType;
    }
  }
  const search = query.size ? `?${query}` : "";
  return { method: article.dataset.method, url: path + search, headers, body };
}

function asCurl(request) {
  const parts = [`curl -X ${request.method} ${quoted(location.origin + request.url)}`];
  parts.push('-H "Authorization: Bearer $TAMIS_SECRET_KEY"');
  for (const [name, value] of Object.entries(request.headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (request.body !== undefined) parts.push(`-d ${quoted(request.body)}`);
  return parts.join(" \\\n  ");
}

function formatted(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(form, kind, text) {
  const place = form.querySelector(`.${kind}`);
  place.hidden = false;
  place.querySelector("code").textContent = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

async function send(form) {
  const request = requestOf(form);
  show(form, "curl", asCurl(request));
  const key = document.getElementById("key").value.trim();
  if (!key) {
    show(form, "result", "Enter a secret key at the top of the page first.");
    document.getElementById("key").focus();
    return;
  }
  show(form, "result", "Sending…");
  try {
    const answer = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, Authorization: `Bearer ${key}` },
      body: request.body,
      credentials: "omit",
      redirect: "error",
    });
    const text = await answer.text();
    show(form, "result", `${answer.status} ${answer.statusText}\n\n${formatted(text)}`);
  } catch (error) {
    show(form, "result", `The request failed: ${error.message}`);
  }
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches("[data-try]")) send(event.target);
});
