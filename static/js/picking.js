/** Files and folders chosen by the buttons of the page; without a script its form sends files by itself. */
import { onlyPhotos } from "./folders.js";

export function startPicking(receive) {
  const source = document.getElementById("upload-source");
  const { file, folder } = source.elements;
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("#choose-photos, .choose-photos, .choose-folder");
    if (!chosen) return;
    event.preventDefault();
    (chosen.matches(".choose-folder") ? folder : file).click();
  });
  file.addEventListener("change", () => take(file, (files) => files));
  folder.addEventListener("change", () => take(folder, onlyPhotos));

  function take(input, choose) {
    const files = [...input.files].map((one) => ({ file: one, path: one.webkitRelativePath }));
    input.value = "";
    receive(choose(files));
  }

  const form = document.querySelector(".upload-form");
  if (!form) return;
  form.querySelector(".scripted").hidden = false;
  form.querySelector(".plain").hidden = true;
  if (!("webkitdirectory" in folder)) form.querySelector(".choose-folder").hidden = true;
}
