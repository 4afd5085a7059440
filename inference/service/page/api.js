// Talks to the service that served this page.

const PATIENCE = 4; // times that a busy service is asked again

/** Why there is no answer, in words for a person. */
export class Failure extends Error {}

/** The answer to `task` ("score" or "restore") about `text`; throws `Failure` or an AbortError. */
export async function ask(task, text, mode, signal, onWait) {
  for (let attempt = 0; ; attempt += 1) {
    const response = await post(`/${task}`, { text, mode }, signal);
    if (response.ok) return response.json();
    const wait = Number(response.headers.get("retry-after"));
    if (!wait || attempt === PATIENCE) throw new Failure(await reason(response));
    onWait(wait);
    await pause(wait * 1000, signal);
  }
}

/** What the service takes: {text_chars, …}; an empty object if it does not answer. */
export async function limits() {
  try {
    return (await (await fetch("/health")).json()).limits ?? {};
  } catch {
    return {};
  }
}

async function post(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  try {
    return await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("The service does not answer. Is “unspin serve” still running?");
  }
}

async function reason(response) {
  try {
    const { error } = await response.json();
    return `${error[0].toUpperCase()}${error.slice(1)}.`;
  } catch {
    return `The service answered with status ${response.status}.`;
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
