/** One file in the list of uploads: what is told of it, and what a person can do about it. */
const BUTTONS = ["pause", "resume", "retry", "cancel"];

export class UploadRow {
  constructor(name) {
    const template = document.getElementById("upload-row");
    this.element = template.content.firstElementChild.cloneNode(true);
    this.name = this.element.querySelector(".upload-name");
    this.words = this.element.querySelector(".upload-words");
    this.progress = this.element.querySelector("progress");
    this.name.textContent = this.name.title = name;
    this.progress.setAttribute("aria-label", `Progress of ${name}`);
    for (const button of BUTTONS) this.button(button).setAttribute("aria-label", `${this.button(button).title}: ${name}`);
  }

  button(name) {
    return this.element.querySelector(`.upload-${name}`);
  }

  on(name, act) {
    this.button(name).addEventListener("click", act);
  }

  show(words, { share = null, buttons = [], refused = false } = {}) {
    const focused = this.element.contains(document.activeElement);
    this.words.textContent = words;
    this.progress.hidden = share === null;
    this.progress.value = share ?? 0;
    this.element.classList.toggle("refused", refused);
    for (const name of BUTTONS) this.button(name).hidden = !buttons.includes(name);
    if (focused && !this.element.contains(document.activeElement)) {
      this.element.querySelector(".upload-actions button:not([hidden])")?.focus();
    }
  }

  showArchive(address) {
    this.show("Sent; its photos are being taken in");
    this.name.href = address;
  }

  showPhoto({ address, thumbnail, words }) {
    this.show(words);
    this.name.href = address;
    const image = new Image();
    image.loading = "lazy";
    image.src = thumbnail;
    image.alt = "";
    const place = this.element.querySelector(".upload-thumb");
    const icon = place.firstElementChild;
    image.addEventListener("error", () => place.replaceChildren(icon));
    place.replaceChildren(image);
  }
}
