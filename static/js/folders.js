/** What lies in folders that were picked or dropped: the files a person means, which are not all of them. */
const PHOTO = /\.(jpe?g|jpe|jfif|png|webp|gif|avif|hei[cf]|hif|tiff?|bmp|jp2|j2k|dng|cr[23]|nef|arw|raf|rw2|orf)$/i;

/** Leave out what a camera or a computer keeps beside photos: thumbnails of its own, hidden files, notes. */
export function onlyPhotos(files) {
  return files.filter(({ file, path }) => PHOTO.test(file.name) && !/(^|\/)[.@]/.test(path || file.name));
}

/** Read what was dropped, folders to their depths; must be called while the event is still under way. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files].map((file) => ({ file, path: "" }));
  const found = [];
  for (const entry of entries.filter(Boolean)) found.push(...(await within(entry)));
  return found;
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))].map(withPath(entry));
  const found = [];
  for (const inner of await entriesOf(entry.createReader())) found.push(...(await within(inner)));
  return onlyPhotos(found);
}

function withPath(entry) {
  return (file) => ({ file, path: entry.fullPath.replace(/^\//, "") });
}

/** A reader hands out its entries in parts, an empty one at the end. */
async function entriesOf(reader) {
  const found = [];
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return found;
    found.push(...part);
  }
}
