// Offsets: the service counts Unicode code points, JavaScript counts UTF-16 units.

/** A function from an offset in code points to the one in UTF-16 units of `text`. */
export function unitOffsets(text) {
  // Code point offsets of the characters that take two units.
  const wide = Array.from(text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g), (m, i) => m.index - i);
  return (offset) => {
    let low = 0;
    let high = wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (wide[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  };
}

/** Number of code points in `text`. */
export function codePoints(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** `text` with each of `changes` ({start, end, text}; sorted, apart, in units) made. */
export function splice(text, changes) {
  const parts = [];
  let position = 0;
  for (const change of changes) {
    parts.push(text.slice(position, change.start), change.text);
    position = change.end;
  }
  return parts.join("") + text.slice(position);
}

/** The lines of `text` as [start, end), line ends left out; none breaks inside one of `spans`. */
export function lines(text, spans) {
  const found = [];
  let start = 0;
  let next = 0;
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) {
    while (next < spans.length && spans[next].end <= index) next += 1;
    if (next < spans.length && spans[next].start < index + end.length) continue;
    found.push([start, index]);
    start = index + end.length;
  }
  found.push([start, text.length]);
  return found;
}

/** How many words a person would count. */
export function wordCount(text) {
  return text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.-]*/gu)?.length ?? 0;
}

const HIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** `text` with what would move a cursor or turn a line's direction made visible, unit for unit. */
export function printable(text) {
  return text.replace(HIDDEN, (c) => (c < " " ? String.fromCharCode(0x2400 + c.charCodeAt()) : "\ufffd"));
}
