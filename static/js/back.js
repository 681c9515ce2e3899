/** Back from a photo leads to the list one came from, as it was left: a search, a shelf, scrolled far down. */

const PHOTO = /^\/gallery\/\d+\//;

export function startBack() {
  document.getElementById("back")?.addEventListener("click", (event) => {
    const list = listBefore();
    if (!list || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.navigation.traverseTo(list.key);
  });
}

/** Return the last page of ours in the history that is no photo; without the Navigation API the plain link serves. */
function listBefore() {
  const pages = window.navigation?.entries().slice(0, window.navigation.currentEntry.index) ?? [];
  return pages.findLast((page) => isList(new URL(page.url).pathname));
}

function isList(path) {
  return path.startsWith("/gallery/") && !PHOTO.test(path);
}
