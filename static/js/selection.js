/** Selecting works by CSS alone; this adds a range with Shift, Escape, and "Done" that lets go of what is selected. */

export function startSelection() {
  let last = null; // the shelf itself may be exchanged, so the listeners sit on the document
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".pick input");
    if (!box) return;
    if (event.shiftKey && last?.isConnected) selectBetween(last, box);
    last = box;
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "selecting" && !event.target.checked) selectNothing();
  });
  document.addEventListener("reset", (event) => {
    const toggle = document.getElementById("selecting");
    if (toggle && event.target.id === "selection") toggle.checked = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") selectNothing();
  });
}

function selectNothing() {
  document.getElementById("selection")?.reset();
}

function selectBetween(from, to) {
  const boxes = [...document.querySelectorAll(".pick input")];
  const [first, last] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
  for (const box of boxes.slice(first, last + 1)) box.checked = to.checked;
}
