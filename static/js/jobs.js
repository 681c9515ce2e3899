/** The page of jobs renews itself and takes nothing from who is in it: what they mark, how far they read, where they are. */

export function startJobs() {
  if (!document.getElementById("jobs")) return;
  let place = null; // of who is about to lose it: the control, and the part of the page around it
  let read = []; // how far each open traceback is scrolled
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (target.id !== "jobs") return;
    if (requestConfig.verb === "get" && marksIn(target)) {
      event.detail.shouldSwap = false;
      return;
    }
    const pressed = requestConfig.elt.querySelector(":scope > button"); // disabled meanwhile, and so without the focus
    const from = pressed ?? document.activeElement;
    place = target.contains(from) ? [from.id, from.closest("section, .empty")?.id, "jobs"] : null;
    read = [...target.querySelectorAll("pre")].map((text) => [text, text.scrollTop, text.scrollLeft]);
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const [text, top, left] of read) text.scrollTo({ top, left, behavior: "instant" });
    const found = place?.map((id) => id && document.getElementById(id)).find((element) => element);
    if (found && !found.contains(document.activeElement)) found.focus({ preventScroll: true });
    read = [];
    place = null;
  });
}

/** Tell whether somebody has marked text in there, perhaps to copy it. */
function marksIn(part) {
  const selection = document.getSelection();
  return !selection.isCollapsed && part.contains(selection.anchorNode);
}
