/** One file in the list of uploads. */
export class UploadRow {
  constructor(file) {
    this.file = file;
    const template = document.getElementById("upload-row");
    this.element = template.content.firstElementChild.cloneNode(true);
    this.name = this.element.querySelector(".upload-name");
    this.words = this.element.querySelector(".upload-words");
    this.progress = this.element.querySelector("progress");
    this.retry = this.element.querySelector(".upload-retry");
    this.name.textContent = file.name;
    this.progress.setAttribute("aria-label", `Progress of ${file.name}`);
  }

  onRetry(again) {
    this.retry.addEventListener("click", again);
  }

  showWaiting() {
    this.element.classList.remove("refused");
    this.retry.hidden = true;
    this.progress.hidden = false;
    this.progress.value = 0;
    this.words.textContent = "Waiting";
  }

  showProgress(loaded, total) {
    this.progress.value = loaded / total;
    this.words.textContent = loaded < total ? `${Math.round((100 * loaded) / total)} % sent` : "Looking at it …";
  }

  showPhoto(photo) {
    this.progress.hidden = true;
    this.name.href = photo.url;
    const image = new Image();
    image.src = photo.thumbnail;
    image.alt = "";
    this.element.querySelector(".upload-thumb").replaceChildren(image);
    this.words.textContent = wordsFor(photo);
  }

  showProblem(words, mayPass) {
    this.progress.hidden = true;
    this.element.classList.add("refused");
    this.words.textContent = words;
    this.retry.hidden = !mayPass;
  }
}

function wordsFor(photo) {
  if (photo.restored) return "Was in the trash; restored";
  if (photo.duplicate) return "Already there";
  if (photo.error) return `Added, but not analysed: ${photo.error}`;
  return photo.tags.join(", ") || "Added; no tag is sure enough";
}
