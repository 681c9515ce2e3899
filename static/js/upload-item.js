/** One file on its way in: looked up by its bytes, sent where it is not there yet, and told of in a row. */
import { sha256Of } from "./upload-hash.js";
import { knownPhoto } from "./upload-known.js";
import { UploadRow } from "./upload-row.js";
import { Problem } from "./upload-site.js";
import { Transfer } from "./upload-transfer.js";

const PAUSES = [5, 10, 30, 60]; // seconds until a lost connection is tried again

export class UploadItem {
  /** `events` hears of what a person asks for and of what became of the file: `wants`, `leaves`, `ended`. */
  constructor({ file, path }, site, events) {
    Object.assign(this, { file, path, site, events });
    this.state = "waiting"; // running, paused, lost, refused, done, cancelled
    this.losses = 0;
    this.turn = 0; // which of its runs counts: an earlier one may still be reading the file
  }

  get isArchive() {
    return /\.zip$/i.test(this.file.name);
  }

  get row() {
    if (!this.shown) {
      this.shown = new UploadRow(this.file.name);
      this.shown.on("pause", () => this.pause());
      this.shown.on("resume", () => this.wait());
      this.shown.on("retry", () => this.wait());
      this.shown.on("cancel", () => this.cancel());
    }
    return this.shown;
  }

  wait() {
    clearTimeout(this.timer);
    this.state = "waiting";
    this.showProgress("Waiting");
    this.events.wants(this);
  }

  async run(unhurried) {
    this.state = "running";
    const turn = ++this.turn;
    const counts = () => this.turn === turn && this.state === "running";
    try {
      const outcome = await this.bring(counts, unhurried);
      if (outcome && counts()) this.end(outcome);
    } catch (problem) {
      if (counts()) this.fail(problem);
    }
  }

  /** Return what became of the file, or nothing where it was stopped. */
  async bring(counts, unhurried) {
    this.showProgress("Reading …");
    this.sha256 ??= await readable(sha256Of(this.file, () => {}));
    const known = counts() && !this.isArchive && (await knownPhoto(this.sha256, this.site));
    if (!counts()) return null;
    if (known) return this.takeKnown(known);
    this.transfer = new Transfer(this.file, this.metadata(), this.site, unhurried);
    const header = await this.transfer.run((sent, total) => counts() && this.tell(sent, total));
    return header && this.read(header);
  }

  showProgress(words, buttons = ["pause", "cancel"]) {
    this.row.show(words, { share: this.share ?? 0, buttons });
  }

  metadata() {
    const { name, lastModified, type } = this.file;
    const told = { filename: name, filetype: type, lastModified: `${lastModified}`, sha256: this.sha256 };
    if (this.isArchive) told.kind = "archive";
    return this.path ? { ...told, relativePath: this.path } : told;
  }

  tell(sent, total) {
    this.losses = 0;
    this.share = sent / total;
    if (sent < total) this.showProgress(`${Math.floor(100 * this.share)} % of ${size(total)}`);
    else this.showProgress("Looking at it …", []);
  }

  async takeKnown({ id, trashed }) {
    if (trashed) await this.site.json("POST", `${this.site.addressOf(id)}/restore`);
    return { id, kind: trashed ? "restored" : "there" };
  }

  async read(header) {
    if (this.isArchive) return { id: header("X-Import-Id"), kind: "archives" };
    if (header("X-Waits-For-Photo")) return { kind: "waits" };
    const id = header("X-Photo-Id");
    const kind = header("X-Photo-Restored") ? "restored" : header("X-Photo-Duplicate") ? "there" : "added";
    return { id, kind };
  }

  async end({ id, kind }) {
    this.state = "done";
    if (kind === "archives") {
      this.row.showArchive(this.site.archiveOf(id));
      this.events.ended(this, kind);
      return;
    }
    if (kind === "waits") {
      this.row.show("It is the moving half of a photo: kept for 24 hours until that comes");
      this.events.ended(this, kind);
      return;
    }
    let words = { restored: "Was in the trash; restored", there: "Already there" }[kind];
    words ??= wordsFor(await this.site.json("GET", this.site.addressOf(id)).catch(() => null));
    this.row.showPhoto({
      address: this.site.pageOf(id), thumbnail: `${this.site.addressOf(id)}/thumbnail?size=512`, words,
    });
    this.events.ended(this, kind);
  }

  fail(problem) {
    const lost = problem.lost;
    this.state = lost ? "lost" : "refused";
    let words = problem instanceof Problem ? problem.message : "Something went wrong on this page.";
    if (lost) {
      const pause = PAUSES[Math.min(this.losses++, PAUSES.length - 1)];
      words += navigator.onLine ? ` It is tried again in ${pause} seconds.` : " It goes on when you are online.";
      this.timer = setTimeout(() => this.wait(), pause * 1000);
    }
    const buttons = problem.mayPass ? ["retry", "cancel"] : [];
    this.row.show(words, { share: lost ? this.share ?? 0 : null, buttons, refused: true });
    this.events.ended(this, lost ? "lost" : "refused");
  }

  async pause() {
    this.state = "paused";
    this.showProgress("Paused", ["resume", "cancel"]);
    this.events.leaves(this);
    await this.transfer?.pause();
  }

  async cancel() {
    clearTimeout(this.timer);
    this.state = "cancelled";
    this.row.element.remove();
    this.events.leaves(this);
    await this.transfer?.cancel();
  }
}

async function readable(reading) {
  try {
    return await reading;
  } catch {
    throw new Problem("The file cannot be read any more. Has it been moved or changed?", { mayPass: true });
  }
}

function wordsFor(photo) {
  if (!photo || photo.status === "queued") return "Added; it is being looked at";
  if (photo.error) return `Added, but not analysed: ${photo.error}`;
  return photo.tags.join(", ") || "Added; no tag is sure enough";
}

function size(bytes) {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
