/** Duplicates by keys: `j` and `k` go from group to group, a digit keeps a photo, `m` merges, `n` keeps all, `u` takes back. */

const PRESSES = { m: ".do-merge:enabled", n: ".do-dismiss" };

export function startDuplicates() {
  const groups = document.getElementById("groups");
  if (!groups) return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches("input:not([type=radio], [type=checkbox]), textarea")) return;
    const done = event.key === "j" ? go(1) : event.key === "k" ? go(-1) : act(event.key);
    if (done) event.preventDefault();
  });
  const decided = []; // what was decided here, the newest last
  let place = null; // of the group that is about to be replaced, and what in it has the focus
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const group = event.detail.target.closest?.(".group");
    place = group && { index: all().indexOf(group), id: document.activeElement.id, was: group.contains(document.activeElement) };
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    if (!place) return;
    const { index, id, was } = place;
    const group = all()[index];
    place = null;
    if (group?.classList.contains("decided")) decided.push(group);
    if (!was) return;
    const same = id && document.getElementById(id);
    if (same) same.focus({ preventScroll: true });
    else reach(group?.classList.contains("decided") ? undecidedAfter(index) : group);
  });

  function all() {
    return [...groups.querySelectorAll(".group")];
  }

  function current() {
    return document.activeElement.closest(".group");
  }

  function undecidedAfter(index) {
    return all().slice(index).find((group) => !group.classList.contains("decided")) ?? all()[index];
  }

  function go(step) {
    const list = all();
    const at = list.indexOf(current());
    return reach(list[at < 0 ? 0 : Math.min(Math.max(at + step, 0), list.length - 1)]);
  }

  function reach(group) {
    if (!group) return false;
    group.focus({ preventScroll: true });
    group.scrollIntoView({ block: "start", behavior: "auto" });
    return true;
  }

  function act(key) {
    if (key === "u") return undo();
    const group = current() ?? all().find((one) => !one.classList.contains("decided"));
    if (!group) return false;
    if (key in PRESSES) {
      group.focus({ preventScroll: true });
      return press(group.querySelector(PRESSES[key]));
    }
    return /^[1-9]$/.test(key) && press(group.querySelectorAll("[name=keep]")[Number(key) - 1]);
  }

  function undo() {
    while (decided.length) {
      const group = decided.pop();
      if (group.isConnected) return press(group.querySelector(".do-undo"));
    }
    return false;
  }

  function press(control) {
    if (!control) return false;
    control.click();
    return true;
  }
}
