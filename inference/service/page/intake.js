// The ways a text comes in: typed, pasted, dropped, chosen, or the example.

import { EXAMPLE } from "./example.js";
import { fileText } from "./reader.js";

const $ = (id) => document.getElementById(id);

/**
 * Call `take(text, name)` with each text that comes in, or `refuse(message)`; `current()` is the
 * state of the last one, with its {text, name} as it came.
 */
export function listen(take, refuse, current) {
  const field = $("text");

  async function open(file) {
    try {
      take(await fileText(file), file.name);
    } catch (error) {
      refuse(error.message);
    }
  }

  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    // The field has turned every line end into \n: an untouched text is read as it came.
    const { text, name } = current();
    if (field.value === text.replace(/\r\n?/g, "\n")) take(text, name);
    else take(field.value, "");
  });

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("form").requestSubmit();
  });

  field.addEventListener("paste", (event) => {
    const { clipboardData } = event;
    const text = clipboardData.getData("text/plain");
    const everything = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    if (!text && clipboardData.files.length) {
      event.preventDefault();
      open(clipboardData.files[0]);
    } else if (everything && text.trim()) {
      event.preventDefault();
      take(text, "");
    }
  });

  $("file").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    if (file) open(file);
    target.value = "";
  });

  $("example").addEventListener("click", () => take(EXAMPLE, ""));

  let depth = 0; // of the elements that something is dragged over
  const drag = (by) => {
    depth = by ? depth + by : 0;
    document.body.classList.toggle("dragging", depth > 0);
  };
  addEventListener("dragenter", () => drag(1));
  addEventListener("dragleave", () => drag(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    drag(0);
    const { files } = event.dataTransfer;
    if (files.length) open(files[0]);
    else take(event.dataTransfer.getData("text/plain"), "");
  });
}
