/** An answer about a taught word leaves the focus at the next photo; when all are answered, the next ones are asked. */

export function startSuggestions() {
  let focusNext = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig.elt;
    const given = document.activeElement.value;
    if (!form.matches(".suggestion") || !form.contains(document.activeElement)) return;
    const place = form.closest("li");
    const next = place.nextElementSibling ?? place.previousElementSibling;
    focusNext = () => next?.querySelector(`[name=answer][value="${given}"]`)?.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:afterRequest", () => {
    focusNext?.();
    focusNext = null;
    const asking = document.getElementById("asking");
    if (!asking?.dataset.more || asking.querySelector(".suggestion")) return;
    window.htmx.ajax("GET", asking.dataset.more, { target: "#asking", swap: "outerHTML" });
  });
}
