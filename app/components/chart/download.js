/** Files made in the browser: SVG that carries its fonts, PNG at twice the size, PDF by the browser's own printing. */

import { el } from "./dom.js";

/** @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {string} name @param {Sheet} sheet */
export const saveSvg = (name, sheet) => save(`${name}.svg`, new Blob([sheet.text], { type: "image/svg+xml" }));

/** @param {string} name @param {Sheet} sheet */
export async function savePng(name, { text, width, height }) {
  const image = new Image(),
    canvas = el("canvas", { width: 2 * width, height: 2 * height });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ made) => canvas.toBlob(made));
  if (blob) save(`${name}.png`, blob);
}

/**
 * A page of the figure's size in the browser's print dialog, where it is saved as a PDF with its fonts.
 * @param {string} name
 * @param {Sheet} sheet
 */
export function printPdf(name, { text, width, height }) {
  const frame = el("iframe", { title: name });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden";
  frame.srcdoc = `<!doctype html><title>${name}</title><style>@page { size: ${width}px ${height}px; margin: 0 }
    html, body { margin: 0; print-color-adjust: exact } svg { display: block; width: 100% }</style>${text}`;
  frame.addEventListener("load", () => {
    const inner = /** @type {Window} */ (frame.contentWindow);
    inner.addEventListener("afterprint", () => setTimeout(() => frame.remove()));
    inner.print();
  });
  document.body.append(frame);
}

/** Style rules with the page's upright text fonts in them, so that a file looks the same elsewhere. */
export async function fontRules() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...readable(sheet)]);
  const faces = /** @type {CSSFontFaceRule[]} */ (rules.filter((rule) => rule instanceof CSSFontFaceRule));
  const wanted = faces.filter(({ style }) => {
    const family = style.getPropertyValue("font-family");
    return /source sans/i.test(family) && style.getPropertyValue("font-style") !== "italic";
  });
  return (await Promise.all(wanted.map(embedded))).join("\n");
}

/** @param {CSSStyleSheet} sheet */
function readable(sheet) {
  try {
    return sheet.cssRules;
  } catch {
    return []; // of another origin
  }
}

/** @param {CSSFontFaceRule} face */
async function embedded(face) {
  const base = face.parentStyleSheet?.href ?? document.baseURI;
  const address = /url\(["']?([^"')]+)/.exec(face.style.getPropertyValue("src"))?.[1];
  if (!address) return "";
  const answer = await fetch(new URL(address, base));
  if (!answer.ok) return "";
  const reader = new FileReader();
  const read = new Promise((resolve) => (reader.onload = () => resolve(reader.result)));
  reader.readAsDataURL(await answer.blob());
  return face.cssText.replace(address, String(await read));
}

/** Where a figure goes, by the name of its button. */
export const SAVES = { svg: saveSvg, png: savePng, pdf: printPdf };

/** A button for each way to save a figure, in place of those that are there.
 * @param {Element} box @param {{labels: Record<string, string>, title: string}} data
 * @param {(kind: keyof typeof SAVES) => void} chosen */
export function exportButtons(box, { labels, title }, chosen) {
  box.replaceChildren(
    ...Object.entries(labels).map(([kind, label]) => {
      const button = el("button", { type: "button", "data-export": kind, title: `${label}: ${title}` }, label);
      button.addEventListener("click", () => chosen(/** @type {keyof typeof SAVES} */ (kind)));
      return button;
    }),
  );
}
