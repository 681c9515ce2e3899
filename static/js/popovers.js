/** What unfolds over the page folds again by Escape, which leads back to its sign, or by a click beside it. */

const POPOVERS = "details.save-search[open], details.language-help[open]";

export function startPopovers() {
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && !event.defaultPrevented && document.querySelector(POPOVERS);
    if (!open) return;
    event.preventDefault();
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll(POPOVERS)) if (!open.contains(event.target)) open.open = false;
  });
}
