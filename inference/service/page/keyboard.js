// Keys that work on a restored text, from anywhere but a field that is typed in.

/** Call an action of `actions` when its key is pressed; an action that returns false passes. */
export function listen(actions) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target } = event;
    const onMark = target.matches?.("mark[role=button]");
    const action = actions[event.key] ?? (onMark ? actions[`mark ${event.key}`] : undefined);
    if (!action || typing(target, event.key)) return;
    if (action(target, event.key) !== false) event.preventDefault();
  });
}

function typing(target, key) {
  if (target.closest?.("dialog[open]")) return true;
  if (target.tagName === "TEXTAREA") return true;
  if (target.tagName !== "INPUT") return false;
  return target.type === "text" || key.length > 1; // arrows belong to sliders and radio buttons
}
