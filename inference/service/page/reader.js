// Files to text. HTML is parsed into a document that is never shown: no script of it runs and
// nothing it names is fetched.

const MOST_BYTES = 10_000_000;

const SKIPPED = new Set(
  ("SCRIPT STYLE TEMPLATE NOSCRIPT HEAD NAV ASIDE FOOTER FORM BUTTON SELECT TEXTAREA IFRAME OBJECT " +
    "SVG CANVAS AUDIO VIDEO FIGURE DIALOG").split(" "),
);
const BLOCKS = new Set(
  ("ADDRESS ARTICLE BLOCKQUOTE BODY BR DD DIV DL DT H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN OL P PRE " +
    "SECTION TABLE TD TH TR UL").split(" "),
);

const policy = globalThis.trustedTypes?.createPolicy("unspin-parser", { createHTML: (html) => html });

/** The text of a dropped or chosen file; throws an Error that says what is wrong with it. */
export async function fileText(file) {
  if (file.size > MOST_BYTES) throw new Error("This file is longer than 10 MB: split it.");
  const text = decode(new Uint8Array(await file.arrayBuffer()));
  const html = file.type === "text/html" || /\.x?html?$/i.test(file.name);
  return html ? htmlText(text) : text;
}

/** The article of an HTML page as text, a line a paragraph. */
export function htmlText(html) {
  const page = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
  const root = longest(page.querySelectorAll("article")) ?? longest(page.querySelectorAll("main"));
  return innerLines(root ?? page.body).join("\n");
}

function longest(elements) {
  const length = (element) => element.textContent.length;
  return [...elements].sort((a, b) => length(b) - length(a))[0];
}

function innerLines(root) {
  const found = [""];
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_ALL, (node) =>
    skipped(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  // A block's end is met when the walk has left it: no recursion, however deep the page nests.
  const open = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    while (open.length && !open.at(-1).contains(node)) {
      open.pop();
      found.push("");
    }
    if (node.nodeType === Node.TEXT_NODE) {
      const pre = node.parentElement?.closest("pre");
      const parts = pre ? node.data.split("\n") : [node.data];
      found[found.length - 1] += parts[0];
      found.push(...parts.slice(1));
    } else if (BLOCKS.has(node.tagName)) {
      found.push("");
      open.push(node);
    }
  }
  return found.map((line) => line.replace(/[ \t\r\n\f]+/g, " ").trim()).filter(Boolean);
}

function skipped(node) {
  return (
    node.nodeType === Node.ELEMENT_NODE &&
    (SKIPPED.has(node.tagName.toUpperCase()) || node.hidden || node.ariaHidden === "true")
  );
}

function decode(bytes) {
  const [a, b] = bytes;
  const encoding = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
  if (encoding === "utf-8" && bytes.includes(0)) throw new Error("This file is not text.");
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes); // what else the web was written in
  }
}
