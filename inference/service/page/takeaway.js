// The restored text, to the clipboard or to a file.

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard is lent to a page that is neither local nor encrypted.
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

/** Save as "NAME-restored.txt", where `name` is that of the file that was read, if any. */
export function download(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const stem = name.replace(/\.[^.]*$/, "") || "article";
  Object.assign(document.createElement("a"), { href: url, download: `${stem}-restored.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
