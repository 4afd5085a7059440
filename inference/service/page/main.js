// Puts the page together: one text at a time, read in one mode, reviewed by one person.

import { Failure, ask, limits } from "./api.js";
import { Chooser } from "./chooser.js";
import * as intake from "./intake.js";
import * as keyboard from "./keyboard.js";
import { forget, recall, remember } from "./memory.js";
import { Review } from "./review.js";
import { copy, download } from "./takeaway.js";
import { codePoints } from "./text.js";
import { View, many } from "./view.js";

const MODES = ["precise", "balanced", "thorough"];
const $ = (id) => document.getElementById(id);

const view = new View();
const chooser = new Chooser(changed, () => point(review.next(at), true));

let state = { text: "", name: "", mode: "balanced", choices: new Map() };
let review = null; // of the restored text on show
let at = -1; // the place that the keyboard is at
let readings = new Map(); // mode -> what the service said of the text
let reading = new AbortController();
let longest = Infinity;

// ---- reading

async function read() {
  reading.abort();
  const { signal } = (reading = new AbortController());
  const { text, mode } = state;
  showPart("result");
  busy(true);
  notice("");
  review = null;
  at = -1;
  try {
    if (!readings.has(mode)) {
      view.show(new Review(text, {}, state.choices), false);
      if (!readings.size) view.blank();
      say("Looking for damage…");
      const score = await ask("score", text, mode, signal, waiting);
      if (score.status !== "ok") throw new Failure(`Nothing to restore: ${score.reason}.`);
      const scored = new Review(text, score, state.choices);
      view.summarise(scored);
      view.show(scored, false);
      say(`Damaged: ${$("counts").textContent}. Restoring…`);
      readings.set(mode, await ask("restore", text, mode, signal, waiting));
    }
    showRestored(new Review(text, readings.get(mode), state.choices));
  } catch (error) {
    if (signal.aborted) return;
    notice(error instanceof Failure ? error.message : "Something broke: reload the page.");
    if (!(error instanceof Failure)) throw error;
  } finally {
    if (!signal.aborted) busy(false);
  }
}

function showRestored(found) {
  review = found;
  view.summarise(found);
  view.show(found, true);
  for (const id of ["copy", "download"]) $(id).disabled = false;
  const edits = found.result.edits.length;
  $("review").hidden = !found.places.length;
  progress();
  say(
    found.places.length
      ? `Restored with ${many(edits, "edit")}. Press N to go from one to the next.`
      : "No damage found: the text is as it was.",
  );
  remember(state);
}

function start(text, name) {
  if (!text.trim()) {
    notice("There is no text yet: paste one, or choose a file.");
    return;
  }
  const length = codePoints(text);
  if (length > longest) {
    $("text").value = text;
    notice(`This text has ${many(length, "character")}; at most ${longest.toLocaleString("en")} are read at a time.`);
    return;
  }
  state = { ...state, text, name, choices: new Map() };
  readings = new Map();
  $("text").value = text;
  read();
}

// ---- reviewing

function changed(place) {
  view.update(place);
  view.point(at);
  progress();
  remember(state);
}

function progress() {
  const decided = review.places.filter((place) => review.decided(place)).length;
  const left = review.places.length - decided;
  $("left").textContent = left ? `${left.toLocaleString("en")} to review` : "all reviewed";
}

function point(index, focus) {
  at = index;
  view.point(index, focus);
}

/** Open the card of place number `index` beside `mark`, one of its marks. */
function choose(index, mark = view.mark(index)) {
  mark.focus({ preventScroll: true });
  point(index);
  chooser.show(review, review.places[index], mark);
}

function step(by) {
  if (!review?.places.length) return false;
  const wasOpen = chooser.open;
  if (wasOpen) chooser.hide();
  const count = review.places.length;
  point(at < 0 ? (by > 0 ? 0 : count - 1) : (at + by + count) % count, true);
  if (wasOpen) choose(at);
}

/** An action on the place that the keyboard is at. */
const here = (action) => () => {
  if (!review || at < 0) return false;
  action(review.places[at]);
};

const decide = (wording) =>
  here((place) => {
    review.choose(place, wording(place));
    changed(place);
    if (chooser.open) chooser.hide();
    point(review.next(at), true);
  });

// ---- what the page says

function showPart(id) {
  $("start").hidden = id !== "start";
  $("result").hidden = id !== "result";
}

function busy(yes) {
  $("result").ariaBusy = yes;
  $("result").classList.toggle("busy", yes);
  if (!yes) return;
  for (const id of ["copy", "download"]) $(id).disabled = true;
  $("review").hidden = true;
  $("position").textContent = "";
}

let unsaid = 0;

/** Tell what happens; what has happened needs no more than a moment. */
function say(message) {
  clearTimeout(unsaid);
  $("status").textContent = message;
  if (!message.endsWith("…")) unsaid = setTimeout(say, 6000, "");
}

function waiting(seconds) {
  say(`The service is busy: asking again in ${many(seconds, "second")}…`);
}

function notice(message) {
  for (const box of document.querySelectorAll(".notice")) box.textContent = message;
  if (message) say("");
}

function setMode(index) {
  state.mode = MODES[index];
  $("mode").value = index;
  $("mode").ariaValueText = state.mode;
  $("modes").dataset.mode = state.mode;
}

async function copyAll() {
  if (!review) return;
  await copy(review.restored());
  $("copy").classList.add("done");
  setTimeout(() => $("copy").classList.remove("done"), 1500);
  say("The restored text is on the clipboard.");
}

// ---- wiring

intake.listen(start, notice, () => state);

$("again").addEventListener("click", () => {
  reading.abort();
  forget();
  notice("");
  say("");
  showPart("start");
  $("text").focus();
  $("text").select();
});

$("mode").addEventListener("input", (event) => {
  setMode(Number(event.target.value));
  read();
});

for (const pane of [$("found"), $("restored")]) {
  pane.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-place]");
    if (mark && review) choose(Number(mark.dataset.place), mark);
  });
  pane.addEventListener("focusin", (event) => {
    const mark = event.target.closest("mark[data-place]");
    if (mark && review) point(Number(mark.dataset.place));
  });
}

for (const tab of document.querySelectorAll("[name=pane]")) {
  tab.addEventListener("change", () => ($("panes").dataset.pane = tab.value));
}

for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => step(Number(button.dataset.step)));
}
$("copy").addEventListener("click", copyAll);
$("download").addEventListener("click", () => download(review.restored(), state.name));
$("keys-open").addEventListener("click", () => $("keys").showModal());

const openCard = () => choose(at);
keyboard.listen({
  n: () => step(1),
  p: () => step(-1),
  "mark ArrowRight": () => step(1),
  "mark ArrowLeft": () => step(-1),
  "mark Enter": openCard,
  "mark  ": openCard,
  a: decide((place) => review.wording(place)),
  k: decide((place) => place.original),
  e: here(() => {
    if (!chooser.open) openCard();
    $("own").focus();
  }),
  c: copyAll,
  "?": () => $("keys").showModal(),
  ...Object.fromEntries(
    [..."123456789"].map((digit) => [
      digit,
      here(() => {
        if (!chooser.open) openCard();
        chooser.pick(Number(digit));
      }),
    ]),
  ),
});

setMode(1);
$("where").textContent = location.host;
limits().then(({ text_chars = Infinity }) => (longest = text_chars));
const kept = recall();
if (kept) {
  state = kept;
  $("text").value = kept.text;
  setMode(MODES.indexOf(kept.mode));
  read();
} else {
  showPart("start");
  $("text").focus();
}
