/** Where the program `bjy` of this platform is. Throws if its package was not installed. */
export function path(): string;
