"use strict";

const { platform, arch, report } = process;

/** Systems with musl instead of glibc have libraries of their own. */
function isMusl() {
  return platform === "linux" && report.getReport().header.glibcVersionRuntime === undefined;
}

/** The path of the library for this system, for a host's own way of loading. */
function getLoadablePath() {
  const system = `${platform === "win32" ? "windows" : platform}-${arch}${isMusl() ? "-musl" : ""}`;
  const suffix = { darwin: "dylib", win32: "dll" }[platform] ?? "so";
  const name = `sqlite-chartmogul-${system}`;
  try {
    return require.resolve(`${name}/chartmogul.${suffix}`);
  } catch {
    throw new Error(
      `sqlite-chartmogul: there is no library for ${system} (the package ${name} is not installed): ` +
        "install without --omit=optional, from files that package's .tgz beside this one's, or build the library and load it by its path",
    );
  }
}

/** Load it into a connection of better-sqlite3, node:sqlite (with allowExtension: true), or Bun. */
function load(db) {
  db.loadExtension(getLoadablePath());
}

module.exports = { getLoadablePath, load };
