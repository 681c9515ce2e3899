/** The SHA-256 of a file, with a bounded part of it in memory however large it is. */
const WHOLE = 16 * 2 ** 20; // up to here by the browser itself, which wants all of it at once
const PIECE = 4 * 2 ** 20;

/** Return it in hexadecimal; `tell` hears the share that is done. Rejects where the file cannot be read. */
export async function sha256Of(file, tell) {
  if (file.size <= WHOLE && crypto.subtle) { // not there on plain http, but for localhost
    return hexadecimal(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())));
  }
  const { sha256 } = await import("../vendor/noble-hashes/sha2.js");
  const hash = sha256.create();
  for (let start = 0; start < file.size; start += PIECE) {
    hash.update(new Uint8Array(await file.slice(start, start + PIECE).arrayBuffer()));
    tell(start / file.size);
  }
  return hexadecimal(hash.digest());
}

function hexadecimal(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
