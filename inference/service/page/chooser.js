// The card of one place: what was found, what it may have been, and the person's choice.

import { chance, many } from "./view.js";
import { printable } from "./text.js";

const $ = (id) => document.getElementById(id);

export class Chooser {
  /** `changed(place)` is called after each choice, `moved(step)` to go on to another place. */
  constructor(changed, moved) {
    this.changed = changed;
    this.moved = moved;
    this.card = $("chooser");
    this.card.addEventListener("change", (event) => this.#chosen(event.target));
    this.card.addEventListener("keydown", (event) => this.#typed(event));
    this.card.addEventListener("toggle", (event) => {
      if (event.newState === "closed") this.#closed();
    });
    $("accept").addEventListener("click", () => this.accept());
    $("own").addEventListener("input", () => this.#own());
    for (const type of ["scroll", "resize"]) addEventListener(type, () => this.#place(), { passive: true });
  }

  get open() {
    return this.card.matches(":popover-open");
  }

  /** Open the card for `place`, beside `mark`, which gets the focus back. */
  show(review, place, mark) {
    Object.assign(this, { review, place, mark });
    const words = place.words.length;
    $("was").textContent = printable(place.original.trim());
    $("likely").textContent =
      `${chance(place.score)} likely damaged` + (words > 1 ? ` · ${many(words, "word")}` : "");
    $("options").replaceChildren(...this.#options());
    this.card.showPopover();
    this.#place();
    $("options").querySelector(":checked")?.focus({ preventScroll: true });
  }

  hide() {
    this.card.hidePopover();
  }

  /** Settle on what is chosen now, and go on. */
  accept() {
    this.review.choose(this.place, this.review.wording(this.place));
    this.changed(this.place);
    this.hide();
    this.moved();
  }

  /** Choose wording number `number`, counted from 1, as the card lists them. */
  pick(number) {
    const option = $("options").querySelectorAll("input[type=radio]")[number - 1];
    if (!option) return;
    option.checked = true;
    this.#chosen(option);
    option.focus();
  }

  #options() {
    const { review, place } = this;
    const chosen = review.wording(place);
    const rows = place.options.map(({ text, confidence }) =>
      row(text, text || "leave it out", confidence, text === chosen),
    );
    rows.push(row(place.original, `Keep “${place.original.trim()}”`, null, review.keeps(place)));
    const known = review.keeps(place) || place.options.some(({ text }) => text === chosen);
    $("own").value = known ? "" : chosen;
    return rows;
  }

  #chosen(input) {
    if (input.type !== "radio") return;
    $("own").value = "";
    this.#choose(input.value);
  }

  #own() {
    const wording = $("own").value.trim();
    for (const option of $("options").querySelectorAll("input")) option.checked = false;
    if (wording) {
      this.#choose(wording);
    } else {
      this.review.undecide(this.place);
      this.changed(this.place);
      $("options").replaceChildren(...this.#options());
    }
  }

  #choose(wording) {
    this.review.choose(this.place, wording);
    this.changed(this.place);
  }

  #typed(event) {
    if (event.key === "Enter" && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      this.accept();
    }
  }

  #closed() {
    if (this.card.contains(document.activeElement) || document.activeElement === document.body) {
      this.mark.focus({ preventScroll: true });
    }
  }

  /** Under the word, or over it where there is no room; on a phone the style sheet docks it. */
  #place() {
    if (!this.open) return;
    const word = this.mark.getClientRects()[0] ?? this.mark.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const gap = 8;
    const left = Math.min(word.left - 12, innerWidth - width - gap);
    const below = word.bottom + gap;
    const fits = below + height + gap <= innerHeight || word.top < height + 2 * gap;
    this.card.style.left = `${Math.max(gap, left)}px`;
    this.card.style.top = `${fits ? below : word.top - gap - height}px`;
  }
}

function row(value, text, confidence, checked) {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "wording", checked });
  radio.setAttribute("value", value);
  const wording = document.createElement("bdi");
  wording.textContent = printable(text);
  wording.classList.toggle("aside", confidence === null || !value);
  label.append(radio, wording);
  if (confidence !== null) {
    const share = document.createElement("span");
    share.className = "confidence";
    share.style.setProperty("--share", confidence);
    share.textContent = chance(confidence);
    label.append(share);
  }
  return label;
}
