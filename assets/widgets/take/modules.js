// Scripts as data: modules that import one another by name, for an import map.

/** What a script imports by a path of its own; a path with a ${…} is known only when it runs. */
const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(["'`])(\.{1,2}\/[^"'`]+\.js)\2/g;
/** Before a script's path among those of assets/widgets. */
const NAME = "lab/";

/**
 * An import map of scripts and all that they import: "lab/core/dom.js" to its content.
 * @param {string} served where the folders of the scripts are
 * @param {string[]} paths
 * @returns {Promise<Record<string, string>>}
 */
export async function modulesOf(served, paths) {
  /** @type {Record<string, string>} */
  const modules = {};
  /** @type {(path: string) => Promise<void>} */
  const add = async (path) => {
    if (`${NAME}${path}` in modules) return;
    modules[`${NAME}${path}`] = "";
    const response = await fetch(`${served}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    const { script, imports } = byName(await response.text(), path);
    modules[`${NAME}${path}`] = `data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`;
    await Promise.all(imports.map(add));
  };
  await Promise.all(paths.map(add));
  return modules;
}

/**
 * A script that imports by name, and the paths of what it imports.
 * @param {string} script
 * @param {string} path its own
 */
export function byName(script, path) {
  /** @type {string[]} */
  const imports = [];
  const renamed = script.replace(IMPORT, (_, before, quote, relative) => {
    const found = resolved(path, relative);
    if (!found.includes("${")) imports.push(found);
    return `${before}${quote}${NAME}${found}${quote}`;
  });
  return { script: renamed, imports };
}

/** @type {(path: string, relative: string) => string} */
function resolved(path, relative) {
  const parts = path.split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
