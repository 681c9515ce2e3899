/** Photos picked or dropped: a few at a time on their way, each with its progress, result or error in words. */
import { onFilesDropped } from "./drop.js";
import { startPicking } from "./picking.js";
import { searchByPicture } from "./picture-search.js";
import { UploadItem } from "./upload-item.js";
import { UploadList } from "./upload-list.js";
import { Site } from "./upload-site.js";
import { keepWatch, tellUnfinished } from "./upload-unfinished.js";

const AT_ONCE = 3;
const MANY = 10; // from so many on nobody waits to see the tags of one
const queue = [];
const running = new Set();
let site, list;

export function startUploads() {
  const source = document.getElementById("upload-source");
  if (!source) return;
  site = new Site(source);
  list = new UploadList(document.getElementById("uploads"), { pauseAll, resumeAll, isBusy });
  startPicking(enqueue);
  onFilesDropped((files) => searchByPicture(files) || enqueue(files));
  window.addEventListener("beforeunload", (event) => {
    if (isBusy()) event.preventDefault();
  });
  window.addEventListener("offline", () => list.tellOffline(true));
  window.addEventListener("online", () => {
    list.tellOffline(false);
    list.in("lost").forEach((item) => item.wait());
  });
  keepWatch(isBusy);
  tellUnfinished(site, list);
}

/** Take in files as {file, path}, where `path` is the way to it in a folder that was picked, or "". */
function enqueue(files) {
  list.open();
  for (const file of files) {
    const item = new UploadItem(file, site, { wants, leaves, ended });
    list.move(item, "waiting");
    queue.push(item);
  }
  pump();
}

function wants(item) {
  list.move(item, "waiting");
  if (!queue.includes(item)) queue.push(item);
  pump();
}

function leaves(item) {
  forget(item);
  list.move(item, item.state === "cancelled" ? null : "paused");
  pump();
}

function ended(item, kind) {
  forget(item);
  list.move(item, kind);
  pump();
}

function forget(item) {
  running.delete(item);
  if (queue.includes(item)) queue.splice(queue.indexOf(item), 1);
}

function pump() {
  while (running.size < AT_ONCE && queue.length) {
    const unhurried = queue.length + running.size > MANY;
    const item = queue.shift();
    running.add(item);
    list.move(item, "running");
    item.run(unhurried);
  }
  list.tell();
  if (!isBusy()) list.showNewPhotos();
}

function isBusy() {
  return running.size > 0 || queue.length > 0 || list.in("lost").length > 0;
}

function pauseAll() {
  [...queue, ...running, ...list.in("lost")].forEach((item) => item.pause());
}

function resumeAll() {
  list.in("paused").forEach((item) => item.wait());
}
