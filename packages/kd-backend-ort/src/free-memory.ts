/** Below this many bytes the collector does as well, and asking costs more than is gained. */
const WORTH_FREEING = 1 << 16;

/**
 * Gives back the memory of an array that nobody uses any more, and which then has no elements: at once, where the
 * collector, which sees small objects only, would let many of them stand. Views of shared or larger buffers are left alone.
 */
export function freeMemory({ buffer, byteLength }: ArrayBufferView): void {
  if (byteLength < WORTH_FREEING || byteLength !== buffer.byteLength || !(buffer instanceof ArrayBuffer))
    return;
  // Moved into a message that nobody receives: the portable way to part with it.
  structuredClone(null, { transfer: [buffer] });
}
