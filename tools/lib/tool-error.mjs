/** A failure whose message is all the reader needs; it is shown without a stack trace. */
export class ToolError extends Error {}
