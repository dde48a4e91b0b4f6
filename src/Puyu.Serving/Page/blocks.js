// Markdown's blocks, after CommonMark and GitHub's tables, as far as models write them. Indented code and raw HTML are
// left out: from a model both are text that was indented, or names of elements that were meant to be read.

const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/;
const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const quote = /^ {0,3}> ?/;
const item = /^( *)([-*+]|\d{1,9}[.)])(?:( +)(.*))?$/;
const task = /^\[([ xX])\] +/;
const maxDepth = 12;

/**
 * Reads blocks.
 *
 * @returns Each { kind, from, to } with the lines that it is made of, and what its kind needs.
 */
export function readBlocks(lines, depth = 0) {
  const blocks = [];
  for (let at = 0; at < lines.length;) {
    if (lines[at].trim() === "") {
      at += 1;
      continue;
    }
    const block = readBlock(lines, at, depth);
    blocks.push({ ...block, from: at });
    at = block.to;
  }
  return blocks;
}

function readBlock(lines, at, depth) {
  const nests = depth < maxDepth;
  return readFence(lines, at) ?? readHeading(lines, at) ?? readRule(lines, at)
    ?? (nests ? readQuote(lines, at, depth) ?? readList(lines, at, depth) : null)
    ?? readTable(lines, at) ?? readParagraph(lines, at);
}

function readFence(lines, at) {
  const begin = fence.exec(lines[at]);
  if (!begin) {
    return null;
  }
  const [, marks, info] = begin;
  const indent = lines[at].search(/\S/);
  let to = at + 1;
  while (to < lines.length && !closes(lines[to], marks)) {
    to += 1;
  }
  const code = lines.slice(at + 1, to).map((line) => dedent(line, indent)).join("\n");
  return { kind: "code", language: info.trim().split(/\s/, 1)[0], code, to: Math.min(to + 1, lines.length) };
}

function closes(line, marks) {
  const text = line.trim();
  return text.length >= marks.length && text === marks[0].repeat(text.length);
}

function readHeading(lines, at) {
  const found = heading.exec(lines[at]);
  return found && { kind: "heading", level: found[1].length, text: withoutClosingMarks(found[2] ?? ""), to: at + 1 };
}

function withoutClosingMarks(text) {
  const trimmed = text.trim();
  let end = trimmed.length;
  while (trimmed[end - 1] === "#") {
    end -= 1;
  }
  return end === 0 || /\s/.test(trimmed[end - 1]) ? trimmed.slice(0, end).trimEnd() : trimmed;
}

function readRule(lines, at) {
  const marks = lines[at].replaceAll(/[ \t]/g, "");
  const rules = marks.length >= 3 && "-*_".includes(marks[0]) && marks === marks[0].repeat(marks.length);
  return rules ? { kind: "rule", to: at + 1 } : null;
}

function readQuote(lines, at, depth) {
  if (!quote.test(lines[at])) {
    return null;
  }
  let to = at;
  while (to < lines.length && (quote.test(lines[to]) || (to > at && goesOn(lines, to)))) {
    to += 1;
  }
  const inner = lines.slice(at, to).map((line) => line.replace(quote, ""));
  return { kind: "quote", blocks: readBlocks(inner, depth + 1), to };
}

function readList(lines, at, depth) {
  const first = readMarker(lines[at]);
  if (!first) {
    return null;
  }
  const items = [];
  let loose = false;
  let to = at;
  for (let marker = first; marker?.kind === first.kind;) {
    const end = endOfItem(lines, to, marker);
    const inner = [marker.text, ...lines.slice(to + 1, end).map((line) => dedent(line, marker.width))];
    items.push(readItem(inner, depth));
    const next = skipBlank(lines, end);
    loose ||= inner.some((line, index) => line.trim() === "" && index > 0 && index < inner.length - 1);
    to = end;
    marker = next < lines.length ? readMarker(lines[next], marker.indent) : null;
    if (marker?.kind === first.kind) {
      loose ||= next > end;
      to = next;
    }
  }
  return { kind: "list", ordered: first.number !== null, start: first.number ?? 1, items, loose, to };
}

function readItem(inner, depth) {
  const box = task.exec(inner[0]);
  const lines = box ? [inner[0].slice(box[0].length), ...inner.slice(1)] : inner;
  return { blocks: readBlocks(lines, depth + 1), ...(box && { done: box[1] !== " " }) };
}

/** The mark that begins an item; null if there is none, or where it is indented so far that it belongs to one. */
function readMarker(line, outer = 0) {
  const found = item.exec(line);
  if (!found || found[1].length > outer + 3) {
    return null;
  }
  const [, spaces, mark, gap = " ", text = ""] = found;
  const indent = spaces.length;
  return {
    indent,
    width: indent + mark.length + (gap.length > 4 ? 1 : gap.length),
    kind: mark.at(-1),
    number: mark.length > 1 ? Number.parseInt(mark, 10) : null,
    text,
  };
}

/** Models indent what belongs to an item by two columns as often as by the width of its mark: both count. */
function endOfItem(lines, at, marker) {
  const least = Math.min(marker.width, marker.indent + 2);
  let to = at + 1;
  while (to < lines.length) {
    const next = skipBlank(lines, to);
    const belongs = next < lines.length && indentOf(lines[next]) >= least;
    if (!belongs && !(next === to && goesOn(lines, to))) {
      break;
    }
    to = next + 1;
  }
  return to;
}

function readTable(lines, at) {
  if (!lines[at].includes("|") || at + 1 >= lines.length) {
    return null;
  }
  const head = cells(lines[at]);
  const marks = cells(lines[at + 1]);
  if (marks.length !== head.length || !marks.every((mark) => /^:?-+:?$/.test(mark))) {
    return null;
  }
  let to = at + 2;
  while (to < lines.length && lines[to].trim() !== "" && lines[to].includes("|")) {
    to += 1;
  }
  return { kind: "table", head, aligned: marks.map(alignment), rows: lines.slice(at + 2, to).map(cells), to };
}

function alignment(mark) {
  return mark.endsWith(":") ? (mark.startsWith(":") ? "center" : "end") : "start";
}

function cells(line) {
  const split = [""];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === "\\" && line[at + 1] === "|") {
      split[split.length - 1] += "|";
      at += 1;
    } else if (line[at] === "|") {
      split.push("");
    } else {
      split[split.length - 1] += line[at];
    }
  }
  const trimmed = split.map((cell) => cell.trim());
  const from = trimmed[0] === "" ? 1 : 0;
  return trimmed.slice(from, trimmed.length > from + 1 && trimmed.at(-1) === "" ? -1 : undefined);
}

function readParagraph(lines, at) {
  let to = at + 1;
  while (to < lines.length && goesOn(lines, to) && !readTable(lines, to)) {
    to += 1;
  }
  return { kind: "paragraph", text: lines.slice(at, to).map((line) => line.trimStart()).join("\n").trimEnd(), to };
}

/** Whether a line can only be more of the paragraph before it. */
function goesOn(lines, at) {
  const line = lines[at];
  return line.trim() !== "" && !fence.test(line) && !heading.test(line) && !quote.test(line) && !item.test(line)
    && !readRule(lines, at);
}

function skipBlank(lines, at) {
  let next = at;
  while (next < lines.length && lines[next].trim() === "") {
    next += 1;
  }
  return next;
}

const indentOf = (line) => (line.trim() === "" ? 0 : line.search(/\S/));

function dedent(line, columns) {
  return line.slice(Math.min(columns, indentOf(line)));
}
