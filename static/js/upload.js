/** Photos picked or dropped: one request a file, a few at a time, each with its progress, result or error in words. */
import { onFilesDropped } from "./drop.js";
import { searchByPicture } from "./picture-search.js";
import { UploadRow } from "./upload-row.js";

const AT_ONCE = 3;
const waiting = [];
let running = 0;
let total = 0;
let done = { added: 0, restored: 0, there: 0, refused: 0 };
let unseen = 0; // photos that the shelf on this page does not show yet

export function startUploads() {
  const source = document.getElementById("upload-source");
  if (!source) return;
  const input = source.elements.file;
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#choose-photos, .choose-photos")) return;
    event.preventDefault();
    input.click();
  });
  input.addEventListener("change", () => {
    enqueue(input.files);
    input.value = "";
  });
  onFilesDropped((files) => searchByPicture(files) || enqueue(files));
  document.getElementById("uploads-close").addEventListener("click", close);
  window.addEventListener("beforeunload", (event) => {
    if (running) event.preventDefault();
  });
}

function enqueue(files) {
  const list = document.getElementById("uploads-list");
  for (const file of files) {
    const row = new UploadRow(file);
    row.onRetry(() => {
      done.refused -= 1;
      schedule(row);
    });
    list.append(row.element);
    total += 1;
    schedule(row);
  }
  document.getElementById("uploads").hidden = false;
}

function schedule(row) {
  row.showWaiting();
  waiting.push(row);
  pump();
}

function pump() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    send(waiting.shift());
  }
  tellProgress();
  if (!running && unseen) showNewPhotos();
}

function send(row) {
  const source = document.getElementById("upload-source");
  const form = new FormData();
  form.append("csrfmiddlewaretoken", source.elements.csrfmiddlewaretoken.value);
  form.append("file", row.file);
  const request = new XMLHttpRequest(); // fetch tells nothing of the progress of a body
  request.open("POST", source.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => row.showProgress(event.loaded, event.total));
  request.addEventListener("load", () => {
    if (request.status < 300 && request.response) accept(row, request.response);
    else refuse(row, request.response?.detail ?? `The service answered ${request.status}.`, request.status >= 500);
  });
  request.addEventListener("error", () => refuse(row, "The connection was lost.", true));
  request.addEventListener("loadend", () => {
    running -= 1;
    pump();
  });
  request.send(form);
}

function accept(row, photo) {
  row.showPhoto(photo);
  if (photo.restored) done.restored += 1;
  else if (photo.duplicate) done.there += 1;
  else done.added += 1;
  if (!photo.duplicate || photo.restored) unseen += 1;
}

function refuse(row, words, mayPass) {
  row.showProblem(words, mayPass);
  row.element.parentElement.prepend(row.element); // what went wrong must not hide below what went well
  done.refused += 1;
}

function tellProgress() {
  const left = running + waiting.length;
  const title = document.getElementById("uploads-title");
  title.textContent = left ? `Adding photos: ${total - left} of ${total}` : summary();
}

function summary() {
  const parts = [
    [done.added, "added"],
    [done.restored, "restored"],
    [done.there, "already there"],
    [done.refused, "could not be added"],
  ];
  return parts.filter(([count]) => count).map(([count, words]) => `${count} ${words}`).join(", ");
}

/** Bring new photos into the gallery on this page, but not under the eyes of someone who has scrolled on: offer them. */
function showNewPhotos() {
  const offer = document.getElementById("uploads-show");
  const isGallery = document.getElementById("shelf") && window.location.pathname === new URL(offer.href).pathname;
  offer.hidden = isGallery && window.scrollY <= 200;
  if (!offer.hidden) return;
  unseen = 0;
  window.htmx.ajax("GET", offer.href, { target: "#shelf", select: "#shelf", swap: "outerHTML" });
}

function close() {
  if (running) return;
  document.getElementById("uploads").hidden = true;
  document.getElementById("uploads-list").replaceChildren();
  document.getElementById("uploads-show").hidden = true;
  done = { added: 0, restored: 0, there: 0, refused: 0 };
  total = 0;
}
