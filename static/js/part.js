/** A part of a picture is chosen by drawing a rectangle over it, or by keys; the form beside it holds the same in numbers. */

const STEP = 2; // per cent of the picture that a key moves or widens it
const LEAST = 2; // per cent on each side
const SIDES = ["left", "top", "width", "height"];
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const HELP = "The part to find. Arrow keys move it, with Shift they change its size, Enter searches, Escape closes.";

export function startParts() {
  document.querySelectorAll(".part-tool").forEach(start);
}

function start(tool) {
  const image = tool.parentElement.querySelector("img");
  const form = tool.querySelector("form");
  const sheet = element("div", "part-sheet");
  const box = element("div", "part-box");
  for (const corner of ["nw", "ne", "sw", "se"]) box.append(element("span", `part-corner ${corner}`));
  box.tabIndex = 0;
  box.role = "application";
  box.ariaLabel = HELP;
  sheet.append(box);
  sheet.hidden = true;
  image.after(sheet);
  let isFresh = true; // nobody has chosen yet: dragging draws, also where the rectangle waits to be moved by keys

  tool.addEventListener("toggle", () => {
    sheet.hidden = !tool.open;
    lay(sheet, image);
    show();
    if (tool.open) box.focus({ preventScroll: true });
  });
  new ResizeObserver(() => lay(sheet, image)).observe(image);
  image.addEventListener("load", () => lay(sheet, image));
  form.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && tool.open) close(event);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") form.requestSubmit();
    else if (event.key in KEYS) press(...KEYS[event.key], event.shiftKey);
    else return;
    event.preventDefault();
  });
  sheet.addEventListener("pointerdown", draw);
  // A finger that draws does not turn over to the next photo.
  for (const name of ["touchstart", "touchend"]) {
    sheet.addEventListener(name, (event) => event.stopPropagation(), { passive: true });
  }

  function part() {
    return Object.fromEntries(SIDES.map((side) => [side, Number(form.elements[side].value)]));
  }

  function set(next) {
    const width = within(next.width, LEAST, 100);
    const height = within(next.height, LEAST, 100);
    const fitted = { left: within(next.left, 0, 100 - width), top: within(next.top, 0, 100 - height), width, height };
    for (const side of SIDES) form.elements[side].value = Math.round(fitted[side] * 100) / 100;
    isFresh = false;
    show();
  }

  function show() {
    for (const [side, value] of Object.entries(part())) box.style[side] = `${value}%`;
  }

  function press(across, down, widens) {
    const now = part();
    if (widens) {
      const width = within(now.width + across, LEAST, 100 - now.left);
      set({ ...now, width, height: within(now.height + down, LEAST, 100 - now.top) });
    } else set({ ...now, left: now.left + across, top: now.top + down });
  }

  function close(event) {
    event.preventDefault();
    tool.open = false;
    tool.querySelector("summary").focus();
  }

  function draw(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    box.focus({ preventScroll: true });
    const before = part();
    const from = placeOf(event);
    const follow = follower(event.target, before, from);
    const move = (moved) => set(follow(placeOf(moved)));
    const end = () => sheet.removeEventListener("pointermove", move);
    sheet.addEventListener("pointermove", move);
    sheet.addEventListener("pointerup", end, { once: true });
    sheet.addEventListener("pointercancel", end, { once: true });
  }

  /** Return what the part is while the pointer that went down here moves: dragged, pulled at a corner or drawn anew. */
  function follower(target, before, from) {
    if (target === box && !isFresh) {
      return (to) => ({ ...before, left: before.left + to.x - from.x, top: before.top + to.y - from.y });
    }
    const names = target.classList;
    if (!names.contains("part-corner")) return (to) => between(from, to);
    const fixed = {
      x: before.left + (names.contains("nw") || names.contains("sw") ? before.width : 0),
      y: before.top + (names.contains("nw") || names.contains("ne") ? before.height : 0),
    };
    return (to) => between(fixed, to);
  }

  function placeOf(event) {
    const area = sheet.getBoundingClientRect();
    return {
      x: within(((event.clientX - area.left) / area.width) * 100, 0, 100),
      y: within(((event.clientY - area.top) / area.height) * 100, 0, 100),
    };
  }
}

/** Lay the sheet over the pixels of the picture, wherever `object-fit` has put them. */
function lay(sheet, image) {
  const { clientWidth, clientHeight, naturalWidth, naturalHeight } = image;
  if (sheet.hidden || !naturalWidth) return;
  const fitting = Math.min(clientWidth / naturalWidth, clientHeight / naturalHeight);
  const scale = getComputedStyle(image).objectFit === "scale-down" ? Math.min(fitting, 1) : fitting;
  const width = naturalWidth * scale;
  const height = naturalHeight * scale;
  sheet.style.left = `${image.offsetLeft + (clientWidth - width) / 2}px`;
  sheet.style.top = `${image.offsetTop + (clientHeight - height) / 2}px`;
  sheet.style.width = `${width}px`;
  sheet.style.height = `${height}px`;
}

function between(one, other) {
  return {
    left: Math.min(one.x, other.x),
    top: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y),
  };
}

function within(value, least, most) {
  return Math.max(least, Math.min(value, most));
}

function element(name, classes) {
  const made = document.createElement(name);
  made.className = classes;
  return made;
}
