/** Offers fields and values while a query is typed: arrows choose, Enter or Tab takes, Escape closes. */

const WAIT = 120; // milliseconds without a key

export function startCompletions() {
  const box = document.getElementById("q");
  if (!box?.dataset.completions) return;
  const list = document.getElementById("completions");
  let timer = 0;
  let asked = "";

  // Here, not in the page: without scripts it is a plain search field.
  box.role = "combobox";
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && chosen()) take(chosen());
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  // Before the blur, which would close the list under the pointer.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });

  async function ask() {
    const typed = box.value.slice(0, box.selectionStart);
    asked = typed;
    if (typed !== box.value || !typed.trim()) return close();
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

  function optionOf({ text, label, help, swatch }, place) {
    const option = document.createElement("li");
    option.id = `completion-${place}`;
    option.role = "option";
    option.ariaSelected = "false";
    option.dataset.text = text;
    const name = document.createElement("code");
    name.textContent = label;
    const words = document.createElement("small");
    words.textContent = help;
    option.append(...(swatch ? [swatchOf(swatch)] : []), name, words);
    return option;
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

  function take(option) {
    box.value = option.dataset.text;
    close();
    box.focus();
    if (box.value.endsWith(":")) ask();
  }

  function close() {
    clearTimeout(timer);
    asked = "";
    show([]);
  }
}
