/** The video of a motion photo: it plays over the picture while the pointer is on its button, and stays after a tap. */

import { warn } from "./notices.js";

export function startMotion() {
  const video = document.getElementById("motion");
  const button = document.getElementById("play-motion");
  if (!video) return;
  button.role = "button"; // without a script it is a link to the video

  const stays = () => button.ariaPressed === "true";
  const stop = () => {
    video.pause();
    video.hidden = true;
    video.currentTime = 0;
  };
  const play = async () => {
    video.hidden = false;
    try {
      await video.play();
    } catch (error) {
      if (error.name === "AbortError") return; // the pointer has left before it began
      const wasAsked = stays();
      button.ariaPressed = "false";
      stop();
      if (wasAsked) warn("This browser cannot play the video. Download the original to see it.");
    }
  };

  button.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse" && !stays()) play();
  });
  button.addEventListener("pointerleave", () => {
    if (!stays()) stop();
  });
  button.addEventListener("click", (event) => {
    event.preventDefault();
    button.ariaPressed = String(!stays());
    if (stays()) play();
    else stop();
  });
  button.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    button.click();
  });
}
