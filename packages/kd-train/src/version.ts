/** That of this package; a test compares it with package.json, which bundles do not carry. */
export const version = '0.0.0';
