/**
 * Bundles each component's modules to the one file that Streamlit takes, with the digest of what it was made from;
 * `node build.js --check` fails where a bundle is not what its sources give, `--vendor` makes vendor/ anew.
 */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const BUNDLES = [
  "surge_chart/index.js",
  "loss_surface/index.js",
  "story/index.js",
  "lesson/index.js",
  "lab/index.js",
  "drawing/index.js",
  "map_exports/index.js",
];
const SHARED = ["vendor", "law", "text", "chart", "surge_chart"];
const OPTIONS = /** @type {const} */ ({
  bundle: true,
  write: false,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
});
/** @type {Record<string, string>} */
const VENDOR = {
  "d3.js": 'export { scaleLog } from "d3-scale"; export { ticks } from "d3-array";',
  "fluent.js": 'export { FluentBundle, FluentResource } from "@fluent/bundle";',
};

/** A worker's whole script as a string, which the page starts it from. @type {import("esbuild").Plugin} */
const worker = {
  name: "worker",
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: relative(HERE, resolve(resolveDir, path.slice("worker:".length))),
      namespace: "worker",
    }));
    build.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => {
      const made = await esbuild.build({ ...OPTIONS, entryPoints: [join(HERE, path)], format: "iife", minify: true });
      return { contents: made.outputFiles[0].text, loader: "text" };
    });
  },
};

/** The modules of one bundle, tests left out. @param {string} entry */
export function sources(entry) {
  const folders = [...new Set([...SHARED, dirname(entry)])];
  const files = folders.flatMap((folder) => readdirSync(join(HERE, folder)).map((name) => `${folder}/${name}`));
  return files.filter((file) => file.endsWith(".js") && !/(\.test|bundle)\.js$/.test(file)).sort();
}

/** Digest of all sources of one bundle. @param {string} entry */
function digest(entry) {
  const hash = createHash("sha256");
  for (const file of sources(entry)) hash.update(`${file}\n`).update(readFileSync(join(HERE, file)));
  return hash.digest("hex");
}

/** @param {string} entry */
async function bundle(entry) {
  const made = await esbuild.build({
    ...OPTIONS,
    entryPoints: [join(HERE, entry)],
    format: "esm",
    minify: true,
    plugins: [worker],
  });
  return `// Made by \`make components\` from the modules beside it; sha256 ${digest(entry)}\n${made.outputFiles[0].text}`;
}

async function vendor() {
  for (const [name, contents] of Object.entries(VENDOR)) {
    const made = await esbuild.build({ ...OPTIONS, stdin: { contents, resolveDir: HERE }, format: "esm" });
    writeFileSync(
      join(HERE, "vendor", name),
      `// Bundled from the packages in package.json; licences in LICENSES.txt\n${made.outputFiles[0].text}`,
    );
  }
}

if (process.argv.includes("--vendor")) await vendor();
for (const entry of BUNDLES) {
  const file = join(HERE, dirname(entry), "bundle.js"),
    made = await bundle(entry);
  if (!process.argv.includes("--check")) writeFileSync(file, made);
  else if (readFileSync(file, "utf8") !== made) {
    console.error(`${relative(HERE, file)} is not what its sources give: run make components`);
    process.exitCode = 1;
  }
}
