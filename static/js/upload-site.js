/** The addresses uploads go to, and who asks: both stand in the form on the page. */

export class Problem extends Error {
  /** What a person is told; `lost` where nobody answered, `mayPass` where the same may go well later. */
  constructor(words, { lost = false, mayPass = lost } = {}) {
    super(words);
    this.lost = lost;
    this.mayPass = mayPass;
  }
}

export const CONNECTION_LOST = "The connection was lost.";

export class Site {
  constructor(form) {
    const { tus, hashes, photo, photoPage, archivePage } = form.dataset;
    Object.assign(this, { tus, hashes, photo, photoPage, archivePage });
    this.token = form.elements.csrfmiddlewaretoken.value;
  }

  addressOf(id) {
    return this.photo.replace("/0", `/${id}`);
  }

  pageOf(id) {
    return this.photoPage.replace("/0/", `/${id}/`);
  }

  archiveOf(id) {
    return this.archivePage.replace("/0/", `/${id}/`);
  }

  async json(method, address, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": this.token };
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
    } catch {
      throw new Problem(CONNECTION_LOST, { lost: true });
    }
    if (!response.ok) throw problemOf(response.status, await response.text());
    return response.json();
  }
}

/** Read the words of a problem+json; an answer that is none is told by its status. */
export function problemOf(status, text) {
  let words = `The service answered ${status}.`;
  try {
    words = JSON.parse(text).detail ?? words;
  } catch { /* a proxy answered, in HTML */ }
  return new Problem(words, { mayPass: status >= 500 || status === 429 || status === 423 });
}
