// Requests to the server. `LatestRequest` delivers only the response to the latest request: an older request is
// aborted, and its response dropped if it arrives all the same.

const csrf = document.querySelector('meta[name="csrf"]').content;

export async function post(path, body, signal) {
  const response = await fetchOrFail(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body),
    signal,
  });
  const content = await response.json();
  if (!response.ok) throw new Error(content.message ?? "The server is not responding.");
  return content;
}

async function fetchOrFail(path, request) {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("the server cannot be reached.");
  }
}

export class LatestRequest {
  #path;
  #number = 0;
  #timer = null;
  #controller = null;
  #clientId = crypto.getRandomValues(new Uint32Array(2)).join("-");

  constructor(path) {
    this.#path = path;
  }

  // Sends a request after a delay in milliseconds, within which a newer one replaces it. `makeRequest` is called when
  // it is sent and returns {body}; `done` receives that and the response, `failed` the error.
  send(delay, makeRequest, done, failed) {
    this.cancel();
    const number = ++this.#number;
    const sendNow = async () => {
      const controller = (this.#controller = new AbortController());
      const request = makeRequest();
      try {
        const body = { ...request.body, client_id: this.#clientId, number };
        const response = await post(this.#path, body, controller.signal);
        if (number === this.#number) done(request, response);
      } catch (error) {
        if (number === this.#number && error.name !== "AbortError") failed(error);
      }
    };
    if (delay) this.#timer = setTimeout(sendNow, delay);
    else sendNow();
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#number += 1;
  }
}
