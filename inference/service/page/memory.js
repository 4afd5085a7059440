// What survives a reload: the text and the choices, in this tab only, gone when it closes.

const KEY = "unspin";

/** Keep {text, name, mode, choices}; a text too long for the browser's store is not kept. */
export function remember(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...state, choices: [...state.choices] }));
  } catch {
    forget();
  }
}

/** What was kept, or null. */
export function recall() {
  try {
    const state = JSON.parse(sessionStorage.getItem(KEY));
    return state && { ...state, choices: new Map(state.choices) };
  } catch {
    return null;
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // storage is switched off: there is nothing to forget
  }
}
