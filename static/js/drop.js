/** Files dragged over the page: show where they would go, and hand them on when they are dropped. */
import { droppedFiles } from "./folders.js";

export function onFilesDropped(receive) {
  const veil = document.getElementById("drop-veil");
  let depth = 0; // dragenter and dragleave fire for every element on the way
  const show = (visible) => { veil.hidden = !visible; };

  window.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) show(++depth > 0);
  });
  window.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) show(--depth > 0);
  });
  window.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    droppedFiles(event.dataTransfer).then(receive);
  });
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}
