/** The bytes of one file on their way by tus: they may break off, stop and go on, also after a reload of the page. */
import { CONNECTION_LOST, Problem, problemOf } from "./upload-site.js";

const RETRIES = [0, 1000]; // milliseconds before each; whoever wants more tries again later

export class Transfer {
  constructor(file, metadata, site, unhurried) {
    Object.assign(this, { file, metadata, site, unhurried });
    this.upload = null;
  }

  /** Send what the site lacks; resolves with the headers of the answer, `null` when it was stopped meanwhile. */
  async run(tell) {
    const tus = await library();
    return new Promise((resolve, reject) => {
      this.stopped = () => resolve(null);
      this.upload = new tus.Upload(this.file, {
        endpoint: this.site.tus,
        headers: { "X-CSRFToken": this.site.token, ...(this.unhurried && { Prefer: "respond-async" }) },
        metadata: this.metadata,
        retryDelays: RETRIES,
        removeFingerprintOnSuccess: true,
        fingerprint: async () => `cloudzy-${this.metadata.sha256}`,
        onProgress: tell,
        onError: (error) => {
          const problem = readable(error);
          if (!problem.mayPass) forgetAddress(this.metadata.sha256);
          reject(problem);
        },
        onSuccess: ({ lastResponse }) => resolve((name) => lastResponse.getHeader(name)),
      });
      this.resumeOrBegin().catch(reject);
    });
  }

  async resumeOrBegin() {
    const [earlier] = await this.upload.findPreviousUploads();
    if (earlier) this.upload.resumeFromPreviousUpload(earlier);
    this.upload.start();
  }

  /** Stop sending; what has arrived stays there for a day. */
  async pause() {
    await this.upload?.abort();
    this.stopped?.();
  }

  /** Stop sending and have what has arrived deleted. */
  async cancel() {
    try {
      await this.upload?.abort(Boolean(this.upload?.url));
    } catch { /* nobody answers: it expires by itself */ }
    this.stopped?.();
  }
}

/** What was refused is not to be gone on with. */
function forgetAddress(sha256) {
  if (!window.tus.canStoreURLs) return;
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(`tus::cloudzy-${sha256}`));
  keys.forEach((key) => localStorage.removeItem(key));
}

function readable(error) {
  const response = error.originalResponse;
  if (response?.getStatus()) return problemOf(response.getStatus(), response.getBody());
  if (error.originalRequest) return new Problem(CONNECTION_LOST, { lost: true });
  return new Problem("The file cannot be read any more. Has it been moved or changed?", { mayPass: true });
}

async function library() {
  if (!window.tus) await import("../vendor/tus-js-client/tus.min.js");
  return window.tus;
}
