// For pages that show questions in frames: each frame gets the height of its question. A message counts only if a frame of this
// page has sent it, from the address that this script is from, and it holds nothing but a height that a page can have.

const MAX_HEIGHT = 20000;
const { origin, protocol } = new URL(document.currentScript.src);
// Browsers do not agree on what a file is from.
const origins = protocol === "file:" ? ["null", "file://"] : [origin];

addEventListener("message", ({ data, origin: from, source }) => {
  if (!origins.includes(from) || data?.quizproof !== "height") return;
  const { height } = data;
  if (!Number.isInteger(height) || height < 1 || height > MAX_HEIGHT) return;
  const sender = [...document.querySelectorAll("iframe")].find((frame) => frame.contentWindow === source);
  if (sender) sender.style.height = `${height}px`;
});
