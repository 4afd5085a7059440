// A reading of a text and what the person decides about it. No DOM here.

import { splice, unitOffsets } from "./text.js";

/**
 * Places to decide about are the edits, and the flagged words that no edit touches. A place has
 * {index, key, start, end, original, score, words, options}: offsets in UTF-16 units, the flagged
 * words in it, and wordings with their confidences, likeliest first.
 *
 * `choices` maps a place's key to the wording a person chose, and outlives a change of mode.
 */
export class Review {
  constructor(text, result, choices) {
    const units = unitOffsets(text);
    const span = ({ start, end }) => ({ start: units(start), end: units(end) });
    this.text = text;
    this.result = result;
    this.choices = choices;
    this.words = (result.words ?? []).map((w) => ({ ...span(w), score: w.score }));
    const edits = (result.edits ?? []).map((e) => ({
      ...span(e),
      score: e.score,
      options: [{ text: e.replacement, confidence: e.confidence }, ...e.alternatives],
      words: [],
    }));
    const alone = this.#assign(edits);
    this.places = [...edits, ...alone].sort((a, b) => a.start - b.start);
    this.places.forEach((place, index) => {
      place.index = index;
      place.original = text.slice(place.start, place.end);
      place.key = `${place.start}:${place.original}`;
    });
  }

  /** Give each edit its flagged words; returns places for the words that no edit touches. */
  #assign(edits) {
    const alone = [];
    let i = 0;
    for (const word of this.words) {
      while (i < edits.length && edits[i].end <= word.start) i += 1;
      if (i < edits.length && edits[i].start < word.end) edits[i].words.push(word);
      else alone.push({ ...word, options: [], words: [word] });
    }
    return alone;
  }

  /** The wording now chosen at `place`. */
  wording(place) {
    return this.choices.get(place.key) ?? place.options[0]?.text ?? place.original;
  }

  /** Whether the words stay as they were found. */
  keeps(place) {
    return this.wording(place) === place.original;
  }

  /** Whether a person has decided. */
  decided(place) {
    return this.choices.has(place.key);
  }

  choose(place, wording) {
    this.choices.set(place.key, wording);
  }

  undecide(place) {
    this.choices.delete(place.key);
  }

  /** What stands at `place` when `wording` is chosen: {start, end, text}. */
  change(place, wording = this.wording(place)) {
    const { start, end, original } = place;
    if (wording === original) return { start, end, text: original };
    // An edit that leaves words out takes a blank beside them along; another wording needs it.
    const [, before, after] = /^(\s*).*?(\s*)$/s.exec(original);
    if (wording !== "") return { start, end, text: before + wording + after };
    const spaced = /\s/.test(original) || !/[^\S\r\n]/.test(this.text[end] ?? "");
    return { start, end: spaced ? end : end + 1, text: "" };
  }

  /** The text with every choice made. */
  restored() {
    return splice(this.text, this.places.map((place) => this.change(place)));
  }

  /** The next place after number `index` that nobody has decided about, or the next of all. */
  next(index) {
    const count = this.places.length;
    for (let step = 1; step < count; step += 1) {
      const candidate = (index + step) % count;
      if (!this.decided(this.places[candidate])) return candidate;
    }
    return Math.min(index + 1, count - 1);
  }
}

/** 1 to 4, as highlight.css shows it. */
export function strength(score) {
  return 1 + [0.5, 0.7, 0.9].filter((least) => score >= least).length;
}
