/** Photos picked or dropped: one request a file, a few at a time, each with its progress, result or error in words. */
import { onFilesDropped } from "./drop.js";
import { searchByPicture } from "./picture-search.js";
import { UploadRow } from "./upload-row.js";

const AT_ONCE = 3;
const waiting = [];
let running = 0;
let total = 0;
let added = 0;

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
    row.onRetry(() => schedule(row));
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
  if (!running && added) refreshShelf();
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
    if (request.status < 300 && request.response) row.showPhoto(request.response);
    else row.showProblem(request.response?.detail ?? `The service answered ${request.status}.`, request.status >= 500);
    if (request.status === 201 || request.response?.restored) added += 1;
  });
  request.addEventListener("error", () => row.showProblem("The connection was lost.", true));
  request.addEventListener("loadend", () => {
    running -= 1;
    pump();
  });
  request.send(form);
}

function tellProgress() {
  const left = running + waiting.length;
  const title = document.getElementById("uploads-title");
  title.textContent = left ? `Adding photos: ${total - left} of ${total}` : "Finished";
}

/** Bring new photos into the shelf on this page, but not under the eyes of someone who has scrolled on. */
function refreshShelf() {
  added = 0;
  if (!document.getElementById("shelf") || window.scrollY > 200) return;
  window.htmx.ajax("GET", window.location.href, { target: "#shelf", select: "#shelf", swap: "outerHTML" });
}

function close() {
  if (running) return;
  document.getElementById("uploads").hidden = true;
  document.getElementById("uploads-list").replaceChildren();
  total = 0;
}
