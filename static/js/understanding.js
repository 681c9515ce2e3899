/** What the machine saw: `y` and `n` judge the word in focus, arrows go on; words being typed outlast news of the server. */

const VERDICTS = { y: ".yes", n: ".no" };
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

export function startUnderstanding() {
  if (!document.getElementById("seen")) return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = document.activeElement.closest(".judged li");
    if (row && event.key in VERDICTS) row.querySelector(VERDICTS[event.key])?.click();
    else if (event.key in STEPS && !document.activeElement.matches("textarea, input")) step(event, row, STEPS[event.key]);
  });
  let place = -1; // of the word that was judged
  let unsaved = null; // what stands in the caption when another form is answered
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig.elt;
    place = rows().indexOf(form.closest(".judged li"));
    unsaved = form.id !== "words" && isBeingEdited(document) ? caption().value : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (unsaved !== null) caption().value = unsaved;
    unsaved = null;
    if (place >= 0 && !document.activeElement.closest(".judged li")) focus(rows()[place] ?? rows().at(-1));
    place = -1;
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (isBeingEdited(event.detail.target)) event.detail.shouldSwap = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isBeingEdited(document)) event.preventDefault();
  });
}

function rows() {
  return [...document.querySelectorAll(".judged li:has(button)")];
}

function step(event, row, by) {
  const next = rows()[row ? rows().indexOf(row) + by : 0];
  if (!next) return;
  event.preventDefault();
  focus(next);
}

function focus(row) {
  row?.querySelector("button").focus();
}

function caption() {
  return document.getElementById("caption");
}

function isBeingEdited(part) {
  return part.contains(caption()) && caption().value !== caption().defaultValue;
}
