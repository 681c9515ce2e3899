/** The list of uploads on the page: where each stands, how many of each kind there are, and what came of all. */
const KINDS = {
  added: "added", archives: "being taken in", restored: "restored", there: "already there",
  refused: "could not be added", paused: "paused",
  waits: "waiting for its photo",
};
const FINISHED = ["added", "archives", "restored", "there", "waits"];
const ROWS = 100; // of finished files that stay in sight
const WAITING_ROWS = 30; // so many are shown that nothing has been done for yet

export class UploadList {
  constructor(element, { pauseAll, resumeAll, isBusy }) {
    Object.assign(this, { element, isBusy });
    this.kinds = new Map(); // of each item, the kind it is counted as
    this.finished = [];
    this.gone = {}; // how many finished ones of each kind have left the list
    this.unseen = 0; // photos that the shelf on this page does not show yet
    this.part("close").addEventListener("click", () => this.close());
    this.part("pause").addEventListener("click", pauseAll);
    this.part("resume").addEventListener("click", resumeAll);
  }

  part(name) {
    return document.getElementById(`uploads-${name}`);
  }

  in(kind) {
    return [...this.kinds].filter(([, of]) => of === kind).map(([item]) => item);
  }

  open() {
    this.element.hidden = false;
    this.element.classList.remove("folded");
    this.part("close").ariaExpanded = "true";
  }

  /** Count an item as of this kind; `null` forgets it. */
  move(item, kind) {
    if (kind === null) {
      this.kinds.delete(item);
      return;
    }
    this.kinds.set(item, kind);
    if (kind === "waiting" && this.part("list").childElementCount < WAITING_ROWS) item.showProgress("Waiting");
    if (kind !== "waiting" || item.shown) this.showRow(item, kind);
    if (kind === "added" || kind === "restored") this.unseen += 1;
    if (FINISHED.includes(kind)) this.finish(item);
  }

  showRow(item, kind) {
    const row = item.row.element;
    const rows = this.part("list");
    if (!row.isConnected) rows.append(row);
    if (kind === "refused") rows.prepend(row); // what went wrong must not hide below what went well
  }

  finish(item) {
    this.finished.push(item);
    if (this.finished.length <= ROWS) return;
    const oldest = this.finished.shift();
    const kind = this.kinds.get(oldest);
    this.gone[kind] = (this.gone[kind] ?? 0) + 1;
    this.kinds.delete(oldest);
    oldest.row.element.remove();
  }

  count(kind) {
    return this.in(kind).length + (this.gone[kind] ?? 0);
  }

  tell() {
    const left = ["waiting", "running", "lost"].reduce((sum, kind) => sum + this.count(kind), 0);
    const total = this.kinds.size + Object.values(this.gone).reduce((sum, count) => sum + count, 0);
    this.part("title").textContent = left ? `Adding photos: ${total - left} of ${total}` : this.summary();
    this.part("pause").hidden = left === 0;
    this.part("resume").hidden = left > 0 || this.count("paused") === 0;
    const waiting = this.in("waiting").filter((item) => !item.shown).length;
    this.part("more").hidden = waiting === 0;
    this.part("more").textContent = `and ${waiting} more waiting`;
  }

  summary() {
    const counted = Object.entries(KINDS).map(([kind, words]) => [this.count(kind), words]);
    return counted.filter(([count]) => count).map(([count, words]) => `${count} ${words}`).join(", ") || "Nothing to add";
  }

  tellOffline(offline) {
    this.part("offline").hidden = !offline;
  }

  /** Bring new photos into the gallery on this page, but not under the eyes of who has scrolled on: offer them. */
  showNewPhotos() {
    if (!this.unseen) return;
    const offer = this.part("show");
    const isGallery = document.getElementById("shelf") && window.location.pathname === new URL(offer.href).pathname;
    offer.hidden = isGallery && window.scrollY <= 200;
    if (!offer.hidden) return;
    this.unseen = 0;
    window.htmx.ajax("GET", offer.href, { target: "#shelf", select: "#shelf", swap: "outerHTML" });
  }

  /** Fold the list while something is under way, else clear it away. */
  close() {
    if (this.isBusy()) {
      const folded = this.element.classList.toggle("folded");
      this.part("close").ariaExpanded = `${!folded}`;
      return;
    }
    this.element.hidden = true;
    this.part("list").replaceChildren();
    this.part("show").hidden = this.part("unfinished").hidden = true;
    this.kinds.clear();
    this.finished = [];
    this.gone = {};
  }
}
