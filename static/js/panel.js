/** The panel of a photo is exchanged after each change: keep the focus where it was, and words not saved yet. */

const FIELDS = "#words :is(input, textarea):not([type=hidden])";

export function startPanel() {
  if (!document.getElementById("panel")) return;
  let lastField = "title";
  let unsaved = new Map(); // by id, what stands in a field when another form of the panel is answered
  let focusAgain = null;

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(FIELDS)) lastField = event.target.id;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "panel" || !event.detail.shouldSwap) return;
    const form = event.detail.requestConfig.elt;
    unsaved = form.id === "words" ? new Map() : new Map(changedFields().map((field) => [field.id, field.value]));
    focusAgain = nextFocus(form, lastField);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const [id, value] of unsaved) document.getElementById(id).value = value;
    unsaved = new Map();
    focusAgain?.();
    focusAgain = null;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changedFields().length) event.preventDefault();
  });
}

function changedFields() {
  return [...document.querySelectorAll(FIELDS)].filter((field) => field.value !== field.defaultValue);
}

/** Return what gives the focus back, or null where htmx does by the id of the button that had it. */
function nextFocus(form, lastField) {
  if (!form.contains(document.activeElement)) return null;
  if (form.id === "words") return () => document.getElementById(lastField).focus();
  const place = removeButtons().indexOf(document.activeElement);
  if (place < 0) return null;
  return () => (removeButtons()[place] ?? removeButtons().at(-1) ?? document.getElementById("add-tag")).focus();
}

function removeButtons() {
  return [...document.querySelectorAll(".chip button")];
}
