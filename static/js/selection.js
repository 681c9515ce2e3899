/** Selecting works by CSS alone; this adds a range with Shift, Escape, and "Done" that lets go of what is selected. */

export function startSelection() {
  const shelf = document.getElementById("shelf");
  if (!shelf) return;
  let last = null;
  shelf.addEventListener("click", (event) => {
    const box = event.target.closest(".pick input");
    if (!box) return;
    if (event.shiftKey && last) selectBetween(shelf, last, box);
    last = box;
  });
  shelf.addEventListener("change", (event) => {
    if (event.target.id === "selecting" && !event.target.checked) selectNothing();
  });
  shelf.addEventListener("reset", () => {
    const toggle = document.getElementById("selecting");
    if (toggle) toggle.checked = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") selectNothing();
  });
}

function selectNothing() {
  document.getElementById("selection")?.reset();
}

function selectBetween(shelf, from, to) {
  const boxes = [...shelf.querySelectorAll(".pick input")];
  const [first, last] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  for (const box of boxes.slice(first, last + 1)) box.checked = to.checked;
}
