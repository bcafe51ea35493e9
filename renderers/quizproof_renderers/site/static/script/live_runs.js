// Programs that the server runs for the page: what is asked, and what is told of it as it comes.

import { _ } from "./messages.js";

let running = 0;
let afterwards = null;

/** Call something as soon as no program is running. */
export function whenIdle(action) {
  afterwards = action;
  if (!running) action();
}

/** The lines of an answer, as they come. */
async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}

async function answerTo(request, told, signal) {
  const response = await fetch("/_live/run", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  if (!response.ok) return { error: (await response.text()).trim() };
  let last = { error: _`The server did not say how it ended.` };
  for await (const line of linesOf(response.body)) {
    last = JSON.parse(line);
    told(last);
  }
  return last.told || last.error ? last : { error: _`The server has ended.` };
}

/** Ask the server to end a run, by the name that the first line of its answer has. The answer then says how it ended. */
export function stopLive(run) {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ run }) };
  fetch("/_live/stop", request).catch(() => {});
}

/**
 * Have a program run. `request` is what serving/asked.py describes; `told` is called with each line of the answer.
 *
 * Returns a promise of the last line: {told} with the result, or {error} with a sentence. It is never rejected.
 */
export async function runLive(request, told, signal) {
  running += 1;
  try {
    return await answerTo(request, told, signal);
  } catch {
    return { error: signal.aborted ? _`You stopped it.` : _`The server does not answer. Is “quizproof serve” still running?` };
  } finally {
    running -= 1;
    if (!running && afterwards) afterwards();
  }
}
