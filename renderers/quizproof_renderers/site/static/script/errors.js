// Why a response is not marked.

/** A response that cannot be marked. Its message is shown to the learner, who may answer again. */
export class Malformed extends Error {}

/** A program that was never run. Only a run can mark it. */
export class NeverRun extends Malformed {}
