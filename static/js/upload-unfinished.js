/** Uploads that a closed page left half done: the browser may not read those files again by itself, so a person is told. */
const KEPT = 24 * 3600 * 1000; // how long the site keeps what has arrived
const SIGN = "cloudzy-uploading"; // says that a page of this browser is at it now
const BEAT = 5000;
const memory = remembered();

/** A browser may be told to remember nothing: then nothing is gone on with. */
function remembered() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export function keepWatch(isBusy) {
  if (!memory) return;
  let given = false;
  setInterval(() => {
    if (!isBusy()) return;
    given = true;
    memory.setItem(SIGN, Date.now());
  }, BEAT);
  window.addEventListener("pagehide", () => given && memory.removeItem(SIGN));
}

export function tellUnfinished(site, list) {
  if (!memory) return;
  const left = unfinished();
  if (!left.length || Date.now() - Number(memory.getItem(SIGN)) < 3 * BEAT) return;
  const note = list.part("unfinished");
  const names = left.slice(0, 3).map(({ metadata }) => metadata.filename).join(", ");
  const what = left.length === 1 ? "One upload is" : `${left.length} uploads are`;
  note.querySelector("p").textContent =
    `${what} unfinished: ${names}${left.length > 3 ? ", …" : ""}. Choose the same files again to go on where it stopped.`;
  note.querySelector(".upload-forget").addEventListener("click", () => {
    left.forEach((upload) => forget(upload, site));
    list.close();
  });
  note.hidden = false;
  list.part("title").textContent = "Unfinished uploads";
  list.open();
}

function unfinished() {
  const found = [];
  for (const key of Object.keys(memory).filter((name) => name.startsWith("tus::cloudzy-"))) {
    const upload = uploadIn(memory.getItem(key));
    if (upload && Date.now() - Date.parse(upload.creationTime) < KEPT) found.push({ ...upload, key });
    else memory.removeItem(key);
  }
  return found;
}

/** What a browser remembers may be damaged, or another version's: that names no upload. */
function uploadIn(text) {
  try {
    const upload = JSON.parse(text);
    return typeof upload.uploadUrl === "string" && typeof upload.metadata.filename === "string" ? upload : null;
  } catch {
    return null;
  }
}

function forget({ key, uploadUrl }, site) {
  memory.removeItem(key);
  fetch(uploadUrl, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": site.token } }).catch(() => {});
}
