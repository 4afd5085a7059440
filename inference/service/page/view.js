// Shows a review: both texts with their marks, and how much is damaged. Text only ever goes in as
// text nodes.

import { strength } from "./review.js";
import { lines, printable, wordCount } from "./text.js";

const SLICES = 160; // of the strip
const MOST_ROWS = 900; // lines lined up with each other; browsers bound the rows of a grid

export const percent = (share) => `${Math.round(100 * share)} %`;

/** A probability in words that promise nothing. */
export function chance(probability) {
  if (probability >= 0.995) return "> 99 %";
  return probability < 0.005 ? "< 1 %" : percent(probability);
}

export const many = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

const $ = (id) => document.getElementById(id);

export class View {
  #marks = new Map(); // place -> its marks in the restored text and, several words, as found

  /** Show both texts; `ready` says whether the restoration is known yet. */
  show(review, ready) {
    this.review = review;
    this.#marks.clear();
    const rows = lines(review.text, review.places);
    $("panes").style.setProperty("--rows", rows.length <= MOST_ROWS ? rows.length : 1);
    $("panes").classList.toggle("aligned", rows.length <= MOST_ROWS);
    $("restored").toggleAttribute("data-pending", !ready);
    $("found").replaceChildren(...this.#paragraphs(rows, (place) => this.#found(place)));
    $("restored").replaceChildren(
      ...this.#paragraphs(rows, (place) => (ready ? this.#restored(place) : [])),
    );
    if (ready) review.places.forEach((place) => this.update(place));
  }

  /** Show what is now chosen at `place`. */
  update(place) {
    const { review } = this;
    const [mark, ...found] = this.#marks.get(place);
    const kept = review.keeps(place);
    const shown = review.change(place).text;
    mark.textContent = printable(shown);
    mark.className = kept ? "kept" : "edit";
    mark.classList.toggle("decided", review.decided(place));
    mark.classList.toggle("empty", shown === "");
    mark.ariaLabel = kept ? `${shown}, as found` : `${shown || "left out"}, was ${place.original}`;
    for (const word of found) word.classList.toggle("decided", review.decided(place));
  }

  /** Make `index` the place that the keyboard is at; -1 for none. */
  point(index, focus = false) {
    for (const mark of document.querySelectorAll(".current")) mark.classList.remove("current");
    const place = this.review?.places[index];
    if (!place) return;
    const marks = this.#marks.get(place);
    for (const mark of marks) mark.classList.add("current");
    for (const mark of $("restored").querySelectorAll("[tabindex='0']")) mark.tabIndex = -1;
    marks[0].tabIndex = 0;
    $("position").textContent = `${index + 1} of ${this.review.places.length}`;
    if (focus) this.mark(index).focus({ preventScroll: true });
    this.mark(index).scrollIntoView({ block: "nearest" });
  }

  /** The mark of place number `index` that can be seen: on a phone one text is shown at a time. */
  mark(index) {
    const marks = this.#marks.get(this.review.places[index]);
    return marks.find((mark) => mark.offsetParent) ?? marks[0];
  }

  /** Say nothing of damage until the text has been read. */
  blank() {
    for (const id of ["verdict", "certainty", "share", "counts", "strip"]) $(id).replaceChildren();
    $("meter").hidden = true;
  }

  /** How much is damaged, from a score. */
  summarise(review) {
    const { result, words } = review;
    const total = wordCount(review.text);
    const share = total && Math.min(1, words.length / total);
    $("meter").hidden = false;
    const spun = result.sentences.filter((s) => s.spun).length;
    $("verdict").textContent = result.spun ? "Spun" : "Clean";
    $("verdict").dataset.verdict = result.spun ? "spun" : "clean";
    $("certainty").textContent = `${chance(result.score)} likely spun`;
    $("share").textContent = percent(share);
    $("meter").ariaValueNow = Math.round(100 * share);
    $("meter").ariaValueText = `${percent(share)} of the words are damaged`;
    $("counts").textContent =
      `${words.length.toLocaleString("en")} of ${many(total, "word")}, ` +
      `${spun.toLocaleString("en")} of ${many(result.sentences.length, "sentence")}`;
    this.#strip(review);
  }

  #strip({ text, words }) {
    const strongest = new Array(SLICES).fill(0);
    for (const word of words) {
      const slice = Math.floor((SLICES * word.start) / Math.max(1, text.length));
      strongest[slice] = Math.max(strongest[slice], strength(word.score));
    }
    $("strip").replaceChildren(
      ...strongest.map((level) => {
        const slice = document.createElement("i");
        if (level) slice.dataset.strength = level;
        return slice;
      }),
    );
  }

  /** A paragraph a line; `marked` gives the pieces of a place: text, or {start, end, node}. */
  #paragraphs(rows, marked) {
    const { text, places } = this.review;
    let next = 0;
    return rows.map(([start, end]) => {
      const line = document.createElement("p");
      let position = start;
      const plain = (to) => {
        if (to > position) line.append(printable(text.slice(position, to)));
        position = Math.max(position, to);
      };
      for (; next < places.length && places[next].start < end; next += 1) {
        for (const piece of marked(places[next])) {
          plain(piece.start);
          line.append(piece.node);
          position = piece.end;
        }
      }
      plain(end);
      return line;
    });
  }

  #found(place) {
    return place.words.map((word) => {
      const node = this.#mark(place, this.review.text.slice(word.start, word.end));
      node.className = "damage";
      node.dataset.strength = strength(word.score);
      node.title = `${chance(word.score)} likely damaged`;
      return { ...word, node };
    });
  }

  #restored(place) {
    const node = this.#mark(place, place.original);
    node.tabIndex = place.index === 0 ? 0 : -1;
    this.#marks.set(place, [node, ...(this.#marks.get(place) ?? [])]);
    return [{ start: place.start, end: place.end, node }];
  }

  #mark(place, text) {
    const node = document.createElement("mark");
    node.textContent = printable(text);
    node.dataset.place = place.index;
    node.role = "button";
    node.tabIndex = -1;
    node.ariaHasPopup = "dialog";
    this.#marks.set(place, [...(this.#marks.get(place) ?? []), node]);
    return node;
  }
}
