// Why a response is not marked.

/** A response that cannot be marked. Its message is shown to the learner, who may answer again. */
export class Malformed extends Error {}

/**
 * A program that was never run, or a text in a blank with which it was never run: only a run can mark it, and it may well
 * be right. So may an order of lines. Of blanks, `parts` says for each whether it is right; null where only a run can say.
 */
export class NeverRun extends Malformed {
  constructor(parts = []) {
    super("");
    this.parts = parts;
  }
}
