// Builds everything the browser loads, with hashed names, and fails when the widget grows too heavy.
// Usage: node build.mjs [--watch | --tests]

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { withoutUnspoken } from "./chat_app/delivery/browser/unspoken.mjs";

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const DELIVERY = path.join(ROOT, "chat_app/delivery");
const OUT = path.join(DELIVERY, "static/build");
const TESTS_OUT = path.join(ROOT, "node_modules/.cache/browser_tests");
const WATCH = process.argv.includes("--watch");
const TESTS = process.argv.includes("--tests");

// Oldest browsers we build for; newer syntax is rewritten.
const TARGET = ["chrome100", "firefox100", "safari15.4", "edge100"];

// name in the manifest → where it comes from.
const ENTRIES = {
  "widget.js": { source: "widget/src/loader/loader.ts", format: "iife", plain: true },
  "frame.js": { source: "widget/src/frame/frame.ts", format: "esm" },
  "frame.css": { source: "widget/styles/frame.css" },
  "demo.css": { source: "widget/styles/demo.css" },
  "dashboard.js": { source: "dashboard/src/main.ts", format: "esm" },
  "dashboard.css": { source: "dashboard/styles/main.css" },
  "settings.js": { source: "dashboard/src/settings/settings.ts", format: "esm" },
  "settings.css": { source: "dashboard/styles/settings/main.css" },
  "icons.svg": { source: "dashboard/icons.json", make: iconSheet },
  // The page of /api/docs; of its package it needs nothing else.
  "swagger/swagger-ui.css": { package: "swagger-ui-dist/swagger-ui.css" },
  "swagger/swagger-ui-bundle.js": { package: "swagger-ui-dist/swagger-ui-bundle.js" },
};

// Largest gzip size in bytes; a budget of several files counts them together. The aims are 3 and
// 30 KiB; the little above them is for other versions of zlib, which differ by some bytes.
const BUDGETS = [
  { names: ["widget.js"], bytes: 3_200 },
  { names: ["frame.js", "frame.css"], bytes: 31_000 },
];

// A script that imports a style sheet gets it as minified text.
const styleText = {
  name: "style-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path: file, with: { type } = {} }) => {
      if (type !== "text") return undefined;
      const css = await readFile(file, "utf8");
      const { code } = await esbuild.transform(css, { loader: "css", minify: true, target: TARGET });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

function options(name, entry) {
  return {
    entryPoints: [path.join(DELIVERY, entry.source)],
    bundle: true,
    write: false,
    minify: true,
    format: entry.format,
    target: TARGET,
    charset: "utf8",
    // What the Socket.IO client calls private; it writes some of these names in quotes.
    mangleProps: /^_/,
    mangleQuoted: true,
    legalComments: "none",
    plugins: [styleText, withoutUnspoken],
    outfile: path.join(OUT, name),
    logLevel: "warning",
  };
}

function hashedName(name, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 10);
  const { dir, name: stem, ext } = path.parse(name);
  return path.posix.join(dir, `${stem}-${hash}${ext}`);
}

// Every icon as a symbol, drawn anywhere in the page by <use href="#icon-…">.
async function iconSheet(source) {
  const lucide = await import("lucide");
  const names = JSON.parse(await readFile(source, "utf8"));
  const element = ([tag, attributes]) =>
    `<${tag}${Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`).join("")}/>`;
  const symbols = Object.entries(names).map(
    ([id, name]) => `<symbol id="icon-${id}" viewBox="0 0 24 24">${lucide[name].map(element).join("")}</symbol>`,
  );
  return Buffer.from(symbols.join(""));
}

async function contentsOf(name, entry) {
  if (entry.package) return readFile(path.join(ROOT, "node_modules", entry.package));
  if (entry.make) return entry.make(path.join(DELIVERY, entry.source));
  return (await esbuild.build(options(name, entry))).outputFiles[0].contents;
}

async function buildAll() {
  const built = new Map();
  for (const [name, entry] of Object.entries(ENTRIES)) built.set(name, await contentsOf(name, entry));
  await emit(built);
  return report(built);
}

// New files first, then the manifest, then the old files go: a running server never points at a gap.
async function emit(built) {
  const manifest = {};
  for (const [name, contents] of built) {
    manifest[name] = ENTRIES[name].plain ? name : hashedName(name, contents);
    await mkdir(path.dirname(path.join(OUT, manifest[name])), { recursive: true });
    await writeFile(path.join(OUT, manifest[name]), contents);
    await writeFile(path.join(OUT, `${manifest[name]}.gz`), gzipSync(contents, { level: 9 }));
  }
  await writeFile(path.join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const files = Object.values(manifest);
  const current = new Set([...files, ...files.map((file) => `${file}.gz`), "manifest.json"]);
  for (const entry of await readdir(OUT, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const name = path.relative(OUT, file).split(path.sep).join("/");
    if (entry.isFile() && !current.has(name)) await rm(file);
  }
}

// Prints the sizes; answers whether every budget is kept.
function report(built) {
  const sizes = new Map([...built].map(([name, data]) => [name, gzipSync(data, { level: 9 }).length]));
  for (const [name, size] of sizes) {
    console.log(`${name.padEnd(28)} ${kilobytes(built.get(name).length)} raw ${kilobytes(size)} gzip`);
  }
  const broken = BUDGETS.filter(({ names, bytes }) => sum(names, sizes) > bytes);
  for (const { names, bytes } of broken) {
    console.error(`${names.join(" + ")}: ${sum(names, sizes)} bytes gzip, more than the allowed ${bytes}`);
  }
  return broken.length === 0;
}

function sum(names, sizes) {
  return names.reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1).padStart(7)} kB`;
}

async function buildTests() {
  const folder = path.join(ROOT, "tests/browser_unit");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".test.ts"));
  await rm(TESTS_OUT, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: files.map((file) => path.join(folder, file)),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    outdir: TESTS_OUT,
    outExtension: { ".js": ".mjs" },
    sourcemap: "inline",
    logLevel: "warning",
  });
}

// Rebuilds whenever a source changes. Polling keeps it free of platform differences.
async function watch() {
  let seen = "";
  for (;;) {
    const now = await fingerprint();
    if (now !== seen) {
      seen = now;
      await buildAll().catch((error) => console.error(error.message));
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

async function fingerprint() {
  const hash = createHash("sha256");
  for (const room of ["browser", "widget", "dashboard"]) {
    const folder = path.join(DELIVERY, room);
    for (const file of await readdir(folder, { recursive: true })) {
      if (/\.(ts|css|json)$/.test(file)) hash.update(await readFile(path.join(folder, file)));
    }
  }
  return hash.digest("hex");
}

if (TESTS) await buildTests();
else if (WATCH) await watch();
else if (!(await buildAll())) process.exitCode = 1;
