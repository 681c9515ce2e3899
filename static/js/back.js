/** Back from a photo leads to the list one came from, as it was left, to where the photo stands that was seen last. */

const PHOTO = /^\/gallery\/(\d+)\//;
const SEEN_LAST = "seen-last";

export function startBack() {
  document.getElementById("back")?.addEventListener("click", (event) => {
    const list = listBefore();
    if (!list || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    sessionStorage.setItem(SEEN_LAST, PHOTO.exec(location.pathname)[1]);
    window.navigation.traverseTo(list.key);
  });
  window.addEventListener("pageshow", showSeenLast); // also where the page comes as it was left, and no script starts
}

/** Scroll as far as it takes, once the browser has scrolled to where the page was left. */
function showSeenLast() {
  if (!isList(location.pathname)) return;
  const photo = document.getElementById(`photo-${sessionStorage.getItem(SEEN_LAST)}`);
  sessionStorage.removeItem(SEEN_LAST);
  if (photo) requestAnimationFrame(() => setTimeout(() => photo.scrollIntoView({ block: "nearest" })));
}

/** Return the last page of ours in the history that is no photo; without the Navigation API the plain link serves. */
function listBefore() {
  const pages = window.navigation?.entries().slice(0, window.navigation.currentEntry.index) ?? [];
  return pages.findLast((page) => isList(new URL(page.url).pathname));
}

function isList(path) {
  return path.startsWith("/gallery/") && !PHOTO.test(path);
}
