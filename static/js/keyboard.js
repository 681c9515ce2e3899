/** Keys: `/` search; on a photo arrows go on, `f` favorite, `u` what the machine saw, Delete trash, Escape back; `y` and `n` answer. */

const KEYS = {
  ArrowLeft: "a[rel=prev]",
  ArrowRight: "#stage a[rel=next]",
  f: "#favorite",
  Delete: "#trash-photo",
  Escape: "#back, #to-photo",
  u: "#understanding, #to-photo",
  y: ".suggestion:not(.htmx-request) [value=yes]",
  n: ".suggestion:not(.htmx-request) [value=no]",
};

export function startKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target)) leaveFieldOnEscape(event);
    else if (event.key === "/") focusSearch(event);
    else if (event.key in KEYS) press(event, document.querySelector(KEYS[event.key]));
  });
}

function isTyping(element) {
  return element.matches("input, textarea, select, [contenteditable]");
}

function leaveFieldOnEscape(event) {
  if (event.key !== "Escape") return;
  if (event.target.closest(".inline-edit")) event.target.form.reset();
  event.target.blur();
}

function focusSearch(event) {
  const box = document.getElementById("q");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

function press(event, control) {
  if (!control) return;
  event.preventDefault();
  control.click();
}
