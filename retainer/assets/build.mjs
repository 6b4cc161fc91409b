// Builds everything the browser loads into retainer/static: one stylesheet, one script, one icon sprite, the font.
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, transform } from "esbuild";

const run = promisify(execFile);
const assets = dirname(fileURLToPath(import.meta.url));
const project = resolve(assets, "../..");
const out = join(project, "retainer/static");
const require = createRequire(import.meta.url);

async function styles() {
  const made = join(out, "css/app.css");
  const manifest = require.resolve("@tailwindcss/cli/package.json");
  const { bin } = JSON.parse(await readFile(manifest, "utf8"));
  const cli = join(dirname(manifest), bin.tailwindcss);
  await run(process.execPath, [cli, "--input", join(assets, "css/app.css"), "--output", made], { cwd: project });
  // Minified here and not by Tailwind, which would rewrite light-dark() for browsers we do not serve.
  const { code } = await transform(await readFile(made, "utf8"), { loader: "css", minify: true });
  await writeFile(made, code);
}

async function scripts() {
  await build({
    entryPoints: [join(assets, "js/app.js")],
    outfile: join(out, "js/app.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
  });
}

// A symbol keeps the drawing and leaves size, stroke and colour to the page.
function symbol(name, svg) {
  const drawing = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s*\n\s*/g, "")}</symbol>`;
}

async function icons() {
  const names = (await readFile(join(assets, "icons.txt"), "utf8")).split("\n").map((line) => line.trim());
  const folder = join(dirname(require.resolve("lucide-static/package.json")), "icons");
  const symbols = await Promise.all(
    names.filter(Boolean).map(async (name) => symbol(name, await readFile(join(folder, `${name}.svg`), "utf8"))),
  );
  await writeFile(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

async function fonts() {
  const folder = join(dirname(require.resolve("@fontsource-variable/inter/package.json")), "files");
  await cp(join(folder, "inter-latin-wght-normal.woff2"), join(out, "fonts/inter-latin.woff2"));
}

async function pictures() {
  await cp(join(assets, "favicon.svg"), join(out, "favicon.svg"));
}

await rm(out, { recursive: true, force: true });
await Promise.all(["css", "js", "fonts"].map((folder) => mkdir(join(out, folder), { recursive: true })));
await Promise.all([styles(), scripts(), icons(), fonts(), pictures()]);
