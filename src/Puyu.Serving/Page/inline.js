// Markdown inside a block, as DOM nodes. Emphasis follows CommonMark's stack of delimiters, which takes time in
// proportion to the text whatever a model writes.

import { element } from "./dom.js";

const safeProtocols = ["http:", "https:", "mailto:"];
const escapable = /[!-/:-@[-`{-~]/;
const plainRun = /[^\\`*_~\n &<![h]+/y;
const bareAddress = /https?:\/\/[^\s<>"'`]+/y;
const angleAddress = /<(https?:\/\/[^\s<>]+|mailto:[^\s<>]+)>/y;
const lineBreak = /<br ?\/?>/iy;
const entity = /&(amp|lt|gt|quot|apos|nbsp|#39);/y;
const entities = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'", nbsp: "\u00a0", "#39": "'" };
const maxLabel = 1000;

/** Reads a block's text. */
export function readInline(text, inLink = false) {
  const parts = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") {
      parts.push({ node: document.createTextNode(plain) });
      plain = "";
    }
  };
  for (let at = 0; at < text.length;) {
    const found = readPart(text, at, inLink);
    if (typeof found.text === "string") {
      plain += found.text;
    } else {
      flush();
      parts.push(found.part);
    }
    at = found.to;
  }
  flush();
  return emphasise(parts);
}

/** What begins at a place: literal text, or a part. */
function readPart(text, at, inLink) {
  switch (text[at]) {
    case "\\":
      return readEscape(text, at);
    case "`":
      return readCode(text, at);
    case "*":
    case "_":
    case "~":
      return readDelimiter(text, at);
    case "\n":
      return { text: "\n", to: at + 1 };
    case " ":
      return readSpaces(text, at);
    case "&":
      return readEntity(text, at);
    case "<":
      return readAngle(text, at, inLink);
    case "!":
      return (text[at + 1] === "[" && readLink(text, at + 1, inLink)) || { text: "!", to: at + 1 };
    case "[":
      return readLink(text, at, inLink) ?? { text: "[", to: at + 1 };
    case "h":
      return readBareAddress(text, at, inLink) ?? { text: "h", to: at + 1 };
    default:
      return readPlain(text, at);
  }
}

function readPlain(text, at) {
  const found = match(plainRun, text, at);
  return { text: found[0], to: at + found[0].length };
}

function readEscape(text, at) {
  if (text[at + 1] === "\n") {
    return { part: { node: element("br") }, to: at + 2 };
  }
  return escapable.test(text[at + 1] ?? "") ? { text: text[at + 1], to: at + 2 } : { text: "\\", to: at + 1 };
}

function readSpaces(text, at) {
  let to = at;
  while (text[to] === " ") {
    to += 1;
  }
  return text[to] === "\n" && to - at >= 2
    ? { part: { node: element("br") }, to: to + 1 }
    : { text: text.slice(at, to), to };
}

function readCode(text, at) {
  const length = runLength(text, at);
  for (let end = text.indexOf("`", at + length); end >= 0; end = text.indexOf("`", end)) {
    const closing = runLength(text, end);
    if (closing === length) {
      const code = text.slice(at + length, end).replaceAll("\n", " ");
      const padded = code.length > 2 && code.startsWith(" ") && code.endsWith(" ");
      return { part: { node: element("code", {}, padded ? code.slice(1, -1) : code) }, to: end + closing };
    }
    end += closing;
  }
  return { text: text.slice(at, at + length), to: at + length };
}

function readEntity(text, at) {
  const found = match(entity, text, at);
  return found ? { text: entities[found[1]], to: at + found[0].length } : { text: "&", to: at + 1 };
}

function readAngle(text, at, inLink) {
  const broken = match(lineBreak, text, at);
  if (broken) {
    return { part: { node: element("br") }, to: at + broken[0].length };
  }
  const address = inLink ? null : match(angleAddress, text, at);
  return address
    ? { part: { node: link(address[1], [address[1].replace(/^mailto:/, "")]) }, to: at + address[0].length }
    : { text: "<", to: at + 1 };
}

function readBareAddress(text, at, inLink) {
  const found = inLink || /[\p{L}\p{N}]/u.test(text[at - 1] ?? "") ? null : match(bareAddress, text, at);
  if (!found) {
    return null;
  }

  // The stop that ends the sentence and the bracket around the address are not its own.
  let address = found[0];
  while (/[.,:;!?*_~\]}，。；：！？）】]$/.test(address) || (address.endsWith(")") && !address.includes("("))) {
    address = address.slice(0, -1);
  }
  return isSafe(address) ? { part: { node: link(address, [address]) }, to: at + address.length } : null;
}

/** A link; an image becomes one too, for the page loads nothing that a model names. */
function readLink(text, at, inLink) {
  const close = closingBracket(text, at);
  if (inLink || close < 0 || text[close + 1] !== "(") {
    return null;
  }
  const target = readTarget(text, close + 2);
  if (!target) {
    return null;
  }
  const label = readInline(text.slice(at + 1, close), true);
  return isSafe(target.address)
    ? { part: { node: link(target.address, label) }, to: target.to }
    : { part: { node: element("span", {}, ...label) }, to: target.to };
}

function closingBracket(text, at) {
  const limit = Math.min(text.length, at + maxLabel);
  for (let end = at + 1, open = 1; end < limit; end += 1) {
    if (text[end] === "\\") {
      end += 1;
    } else if (text[end] === "[") {
      open += 1;
    } else if (text[end] === "]") {
      open -= 1;
      if (open === 0) {
        return end;
      }
    }
  }
  return -1;
}

/** The address after an opening bracket, perhaps with a title, up to the closing one. */
function readTarget(text, at) {
  let open = 1;
  for (let end = at; end < text.length && end < at + 2 * maxLabel; end += 1) {
    if (text[end] === "\n") {
      return null;
    }
    open += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
    if (open === 0) {
      const [address] = text.slice(at, end).trim().split(/\s/, 1);
      return { address: address.replace(/^<(.*)>$/, "$1"), to: end + 1 };
    }
  }
  return null;
}

function isSafe(address) {
  try {
    return safeProtocols.includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

function link(address, label) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, ...label);
}

function readDelimiter(text, at) {
  const length = runLength(text, at);
  const mark = text[at];
  const before = text[at - 1] ?? " ";
  const after = text[at + length] ?? " ";
  const left = !isSpace(after) && (!isPunctuation(after) || isEdge(before));
  const right = !isSpace(before) && (!isPunctuation(before) || isEdge(after));
  const inWord = mark === "_";
  if (mark === "~" && length !== 2) {
    return { text: mark.repeat(length), to: at + length };
  }
  const part = {
    mark,
    length,
    original: length,
    opens: left && (!inWord || !right || isPunctuation(before)),
    closes: right && (!inWord || !left || isPunctuation(after)),
  };
  return { part, to: at + length };
}

const isSpace = (character) => /\s/.test(character);

const isPunctuation = (character) => /[\p{P}\p{S}]/u.test(character);

/** Whether a word may end here. Chinese and Japanese are written without spaces: there, at every letter. */
const isEdge = (character) => isSpace(character) || isPunctuation(character)
  || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(character);

/** Pairs delimiters and wraps what is between them. */
function emphasise(parts) {
  const done = [];
  const floors = new Map();
  for (const part of parts) {
    done.push(part);
    while (part.mark && part.closes && part.length > 0 && pair(done, part, floors)) {
      // Each round uses up one or two marks of the closing run.
    }
  }
  return done.flatMap((part) => part.node ?? (part.length > 0 ? part.mark.repeat(part.length) : []));
}

/** Pairs the run that ends the list with the nearest that opens; false if none does. */
function pair(done, closer, floors) {
  const kind = `${closer.mark}${closer.opens}${closer.original % 3}`;
  const floor = floors.get(kind) ?? 0;
  const last = done.length - 1;
  let at = last - 1;
  while (at >= floor && !fits(done[at], closer)) {
    at -= 1;
  }
  if (at < floor) {
    floors.set(kind, last);
    return false;
  }
  const opener = done[at];
  const used = opener.length >= 2 && closer.length >= 2 ? 2 : 1;
  const inner = done.splice(at + 1, last - at - 1)
    .flatMap((part) => part.node ?? (part.length > 0 ? part.mark.repeat(part.length) : []));
  const name = closer.mark === "~" ? "del" : used === 2 ? "strong" : "em";
  done.splice(at + 1, 0, { node: element(name, {}, ...inner) });
  opener.length -= used;
  closer.length -= used;
  for (const [other, limit] of floors) {
    floors.set(other, Math.min(limit, at + 1));
  }
  return true;
}

function fits(opener, closer) {
  const both = opener.closes || closer.opens;
  return opener.mark === closer.mark && opener.opens && opener.length > 0
    && !(both && (opener.original + closer.original) % 3 === 0 && opener.original % 3 !== 0);
}

function runLength(text, at) {
  let end = at;
  while (text[end] === text[at]) {
    end += 1;
  }
  return end - at;
}

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
