/** The classes of every data set of decimal digits. */
export const digitClassNames: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
