/** Offers what may follow while a query is typed: arrows choose, Enter or Tab takes, Escape closes. */

const WAIT = 120; // milliseconds without a key
// What the kinds of suggestions are shown with, and called to who cannot see it.
const KINDS = {
  pinned: ["pin", "Pinned search"],
  past: ["clock", "Past search"],
  tag: ["tag", "Tag"],
  place: ["place", "Place"],
  person: ["people", "Person"],
  word: ["words", "Word"],
  field: ["sliders", "Field"],
  value: ["sliders", "Value"],
};

export function startCompletions() {
  const box = document.getElementById("q");
  if (!box?.dataset.completions) return;
  const list = document.getElementById("completions");
  let timer = 0;
  let asked = null;

  // Here, not in the page: without scripts it is a plain search field.
  box.role = "combobox";
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  // An empty box offers what was searched for last. One that was just emptied by Escape or a click stays closed.
  box.addEventListener("focus", () => !box.value && ask());
  box.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key !== "ArrowDown") return;
      ask();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && chosen()) take(chosen());
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  // Before the blur, which would close the list under the pointer.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });

  async function ask() {
    const typed = box.value.slice(0, box.selectionStart);
    asked = typed;
    if (typed !== box.value) return close();
    const answer = await fetch(`${box.dataset.completions}?q=${encodeURIComponent(typed)}`).catch(() => null);
    if (!answer?.ok || asked !== typed || document.activeElement !== box) return;
    show((await answer.json()).completions);
  }

  function show(completions) {
    list.replaceChildren(...completions.map(optionOf));
    list.hidden = completions.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  }

  // An attribute of a drawing: the policy of this site allows no inline style.
  function swatchOf(colour) {
    const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const spot = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    drawing.setAttribute("class", "swatch");
    drawing.setAttribute("viewBox", "0 0 16 16");
    drawing.setAttribute("aria-hidden", "true");
    spot.setAttribute("width", "16");
    spot.setAttribute("height", "16");
    spot.setAttribute("fill", colour);
    drawing.append(spot);
    return drawing;
  }

  function optionOf({ kind, text, label, help, mark, swatch, address }, place) {
    const [icon, called] = KINDS[kind];
    const option = element("li", { id: `completion-${place}`, role: "option", ariaSelected: "false" });
    Object.assign(option.dataset, { text, kind, address });
    const [start, end] = mark;
    const name = element(kind === "field" || kind === "value" ? "code" : "span", { className: "completion" });
    name.append(label.slice(0, start), element("mark", { textContent: label.slice(start, end) }), label.slice(end));
    option.append(swatch ? swatchOf(swatch) : drawn(icon), element("span", { className: "visually-hidden", textContent: `${called} ` }), name);
    option.append(element("small", { textContent: help }));
    return option;
  }

  function drawn(icon) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${list.dataset.icons}#${icon}`);
    svg.append(use);
    return svg;
  }

  function move(step) {
    const options = [...list.children];
    const at = options.indexOf(chosen());
    const next = options.at(at < 0 ? Math.min(step, 0) || 0 : (at + step) % options.length);
    chosen()?.setAttribute("aria-selected", "false");
    next.setAttribute("aria-selected", "true");
    next.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", next.id);
  }

  function chosen() {
    return list.querySelector("[aria-selected=true]");
  }

  /** Put it into the box. A search that is pinned or past is whole, so it runs at once; a field wants its value. */
  function take(option) {
    if (option.dataset.address) return window.location.assign(option.dataset.address);
    box.value = option.dataset.text;
    close();
    box.focus();
    if (option.dataset.kind === "past") box.form.requestSubmit();
    else if (option.dataset.kind === "field") ask();
  }

  function close() {
    clearTimeout(timer);
    asked = null;
    show([]);
  }
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
