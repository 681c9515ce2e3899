/** Buttons that copy the text of another element, named by its id. Where the browser refuses, the text is selected. */

import { tell, warn } from "./notices.js";

export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(textOf(source));
      tell("Copied.");
    } catch {
      getSelection().selectAllChildren(source);
      warn("This browser does not let the page copy. The text is selected: copy it with the keyboard.");
    }
  });
}

function textOf(source) {
  return [...source.children].map((line) => line.textContent).join("\n");
}
