import library from "./index.js";

export const { getLoadablePath, load } = library;
