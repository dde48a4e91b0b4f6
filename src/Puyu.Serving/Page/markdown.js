import { readBlocks } from "./blocks.js";
import { copyButton, element } from "./dom.js";
import { highlight } from "./highlight.js";
import { readInline } from "./inline.js";

/**
 * Shows Markdown that grows: blocks that have not changed keep their nodes, so that a long answer costs no more at its
 * end than at its beginning and a selection in it survives. What a model writes becomes nodes of a few kinds; it is
 * never parsed as HTML.
 */
export class MarkdownView {
  root = element("div", { class: "prose" });
  #sources = [];

  show(text) {
    const lines = text.replaceAll("\r\n", "\n").replaceAll("\t", "    ").split("\n");
    const blocks = readBlocks(lines);
    const sources = blocks.map(({ from, to }) => lines.slice(from, to).join("\n"));
    let same = 0;
    while (same < sources.length && sources[same] === this.#sources[same]) {
      same += 1;
    }
    while (this.root.childNodes.length > same) {
      this.root.lastChild.remove();
    }
    this.root.append(...blocks.slice(same).map(render));
    this.#sources = sources;
  }
}

function render(block) {
  switch (block.kind) {
    case "heading":
      // The page and the message have headings of their own above these.
      return element(
        `h${Math.min(6, block.level + 2)}`, { class: `heading-${block.level}` }, ...readInline(block.text));
    case "rule":
      return element("hr");
    case "quote":
      return element("blockquote", {}, ...block.blocks.map(render));
    case "list":
      return renderList(block);
    case "table":
      return renderTable(block);
    case "code":
      return renderCode(block);
    default:
      return element("p", {}, ...readInline(block.text));
  }
}

function renderList({ ordered, start, items, loose }) {
  const rendered = items.map(({ blocks, done }) => {
    const box = done === undefined ? [] : [element("input", { type: "checkbox", disabled: true, checked: done })];
    const content = blocks.flatMap((block) =>
      !loose && block.kind === "paragraph" ? readInline(block.text) : render(block));
    return element("li", { class: done === undefined ? null : "task" }, ...box, ...content);
  });
  return ordered ? element("ol", { start: start === 1 ? null : start }, ...rendered) : element("ul", {}, ...rendered);
}

function renderTable({ head, aligned, rows }) {
  const row = (name, cells) => element("tr", {}, ...head.map((_, column) =>
    element(name, { class: `align-${aligned[column]}` }, ...readInline(cells[column] ?? ""))));
  return element("div", { class: "table-scroll", tabindex: "0" }, element(
    "table", {},
    element("thead", {}, row("th", head)),
    element("tbody", {}, ...rows.map((cells) => row("td", cells)))));
}

function renderCode({ language, code }) {
  return element(
    "figure", { class: "code" },
    element("figcaption", {}, element("span", {}, language), copyButton(() => code)),
    element("pre", { tabindex: "0" }, element("code", {}, ...highlight(code, language))));
}
