/** Uploads that a closed page left half done: the browser may not read those files again by itself, so a person is told. */
const KEPT = 24 * 3600 * 1000; // how long the site keeps what has arrived
const SIGN = "cloudzy-uploading"; // says that a page of this browser is at it now
const BEAT = 5000;

export function keepWatch(isBusy) {
  let given = false;
  setInterval(() => {
    if (!isBusy()) return;
    given = true;
    localStorage.setItem(SIGN, Date.now());
  }, BEAT);
  window.addEventListener("pagehide", () => given && localStorage.removeItem(SIGN));
}

export function tellUnfinished(site, list) {
  const left = unfinished();
  if (!left.length || Date.now() - Number(localStorage.getItem(SIGN)) < 3 * BEAT) return;
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
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith("tus::cloudzy-"))) {
    const upload = JSON.parse(localStorage.getItem(key));
    if (Date.now() - Date.parse(upload.creationTime) < KEPT) found.push({ ...upload, key });
    else localStorage.removeItem(key);
  }
  return found;
}

function forget({ key, uploadUrl }, site) {
  localStorage.removeItem(key);
  fetch(uploadUrl, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": site.token } }).catch(() => {});
}
