/** Choosing a picture to search by sends it at once. */

export function startPictureSearch() {
  const form = document.querySelector(".picture-search");
  form?.elements.file.addEventListener("change", () => form.requestSubmit());
}

/** Search by a dropped picture on a search page, the first of {file, path}; false where there is no such form. */
export function searchByPicture(files) {
  const form = document.querySelector(".picture-search");
  if (!form || !files.length) return false;
  const one = new DataTransfer();
  one.items.add(files[0].file);
  form.elements.file.files = one.files;
  form.requestSubmit();
  return true;
}
