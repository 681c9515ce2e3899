/** Notices leave after a while, unless someone is reading or using them; failures of requests become notices. */

const LIFETIME = 8000; // milliseconds

export function startNotices() {
  const region = document.getElementById("notices");
  if (!region) return;
  region.querySelectorAll(".notice").forEach(expire);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node.nodeType === Node.ELEMENT_NODE) expire(node);
    }
  }).observe(region, { childList: true });
  region.addEventListener("click", (event) => {
    if (event.target.closest(".notice-close")) event.target.closest(".notice").remove();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => event.detail.elt.closest(".notice")?.remove());
  document.body.addEventListener("htmx:responseError", (event) => warn(problemOf(event.detail.xhr)));
  document.body.addEventListener("htmx:sendError", () => warn("The service does not answer. Is it running?"));
}

/** Show a warning in words. */
export function warn(words) {
  show(words, "notice error");
}

/** Show in words that something is done. */
export function tell(words) {
  show(words, "notice success");
}

function show(words, kind) {
  const notice = document.createElement("div");
  notice.className = kind;
  const text = document.createElement("p");
  text.textContent = words;
  notice.append(text);
  document.getElementById("notices").append(notice);
}

function problemOf(xhr) {
  const isProblem = xhr.getResponseHeader("Content-Type")?.startsWith("application/problem+json");
  return isProblem ? JSON.parse(xhr.responseText).detail : "That did not work. Reload the page and try again.";
}

function expire(notice) {
  const inUse = () => notice.matches(":hover, :focus-within");
  const leave = () => (inUse() ? setTimeout(leave, LIFETIME) : notice.remove());
  setTimeout(leave, LIFETIME);
}
