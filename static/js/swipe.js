/** A swipe over the photo goes to the previous or next one. */

const FAR_ENOUGH = 60; // pixels

export function startSwipe() {
  const stage = document.getElementById("stage");
  if (!stage) return;
  let start = null;
  stage.addEventListener("touchstart", (event) => {
    start = event.touches.length === 1 ? event.touches[0] : null;
  }, { passive: true });
  stage.addEventListener("touchend", (event) => {
    if (!start || window.visualViewport.scale > 1) return;
    const end = event.changedTouches[0];
    const across = end.clientX - start.clientX;
    const along = end.clientY - start.clientY;
    start = null;
    if (Math.abs(across) < FAR_ENOUGH || Math.abs(across) < 2 * Math.abs(along)) return;
    stage.querySelector(across > 0 ? "a[rel=prev]" : "a[rel=next]")?.click();
  }, { passive: true });
}
