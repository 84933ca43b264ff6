/** What a report says of a run that was interrupted. */
export const continuedNote = 'This run was continued from a checkpoint; the time is that of its last part.';
