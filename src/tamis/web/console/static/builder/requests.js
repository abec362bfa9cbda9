// Questions to the server. Of those that follow each other, only the answer to the newest is ever given: an older one is
// called off, and dropped should it come nevertheless.

const csrf = document.querySelector('meta[name="csrf"]').content;

export async function ask(path, body, signal) {
  const answer = await reached(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": csrf },
    body: JSON.stringify(body),
    signal,
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message ?? "The server cannot answer now.");
  return said;
}

async function reached(path, request) {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("the server cannot be reached.");
  }
}

export class Newest {
  #path;
  #number = 0;
  #timer = null;
  #under = null;
  #builder = crypto.getRandomValues(new Uint32Array(2)).join("-");

  constructor(path) {
    this.#path = path;
  }

  // Asks after a wait, within which a newer question takes the place of this one. `make` makes the question when its
  // time has come; `then` is given it and the answer, `failed` the error.
  ask(wait, make, then, failed) {
    this.callOff();
    const number = ++this.#number;
    const send = async () => {
      const controller = (this.#under = new AbortController());
      const question = make();
      try {
        const said = await ask(this.#path, { ...question.body, builder: this.#builder, number }, controller.signal);
        if (number === this.#number) then(question, said);
      } catch (error) {
        if (number === this.#number && error.name !== "AbortError") failed(error);
      }
    };
    if (wait) this.#timer = setTimeout(send, wait);
    else send();
  }

  callOff() {
    clearTimeout(this.#timer);
    this.#under?.abort();
    this.#number += 1;
  }
}
