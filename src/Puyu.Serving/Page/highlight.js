// Colours for code: comments, strings, numbers and the words of the language. Light on purpose: one pass, no grammar.

import { element } from "./dom.js";

const longest = 40_000;

const words = {
  c: "abstract as async auto await base bool break byte case catch char class const constexpr continue decimal "
    + "default defer delegate delete do double dyn else enum event explicit export extends extern false final "
    + "finally fixed fn float for foreach from func function get go goto if impl implements import in init int "
    + "interface internal is let lock long loop map match mod move mut namespace new nil null nullptr object of "
    + "operator out override package params private protected pub public range readonly record ref required "
    + "return sealed self set short sizeof static string struct super switch template this throw throws trait "
    + "true try type typedef typename typeof uint ulong undefined union unsafe use using var virtual void "
    + "volatile when where while with yield",
  python: "and as assert async await break case class continue def del elif else except False finally for from "
    + "global if import in is lambda match None nonlocal not or pass raise return self True try while with yield",
  shell: "case do done elif else esac exit export fi for function if in local return set then until while",
  sql: "all alter and as asc between by case create delete desc distinct drop else end exists from full group "
    + "having in index inner insert into is join key left like limit not null offset on or order outer primary "
    + "right select set table then union unique update values view when where with",
  data: "true false null yes no",
};

const strings = String.raw`"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?`;
const families = {
  c: family(String.raw`\/\/.*|\/\*[^]*?(?:\*\/|$(?![^]))`, String.raw`${strings}|` + "`(?:[^`\\\\]|\\\\.)*`?", words.c),
  python: family("#.*", String.raw`"""[^]*?(?:"""|$(?![^]))|'''[^]*?(?:'''|$(?![^]))|${strings}`, words.python),
  shell: family(String.raw`(?<![^\s;])#.*`, strings, words.shell),
  sql: family(String.raw`--.*|\/\*[^]*?(?:\*\/|$(?![^]))`, strings, words.sql, "i"),
  data: family(String.raw`(?<!\S)#.*`, strings, words.data),
  markup: family(
    String.raw`<!--[^]*?(?:-->|$(?![^]))`, String.raw`"[^"]*"?|'[^']*'?`, "", "", String.raw`<\/?[\w:-]+|\/?>`),
  style: family(String.raw`\/\*[^]*?(?:\*\/|$(?![^]))`, strings, "", "", String.raw`@[\w-]+|[\w-]+(?=\s*:)`),
};

const names = {
  python: ["python", "py", "python3", "toml", "ruby", "rb", "r"],
  shell: ["sh", "bash", "shell", "zsh", "console", "powershell", "ps1", "dockerfile", "makefile"],
  sql: ["sql", "mysql", "sqlite", "postgresql"],
  data: ["json", "jsonl", "yaml", "yml", "ini"],
  markup: ["html", "xml", "svg", "vue", "xaml", "csproj"],
  style: ["css", "scss", "less"],
};

const familyOf = new Map(Object.entries(names).flatMap(([key, all]) => all.map((name) => [name, families[key]])));
const unmarked = ["", "text", "txt", "plain", "plaintext", "markdown", "md", "output", "log"];

function family(comment, string, keywords, flags = "", tag = "(?!)") {
  const word = keywords ? String.raw`\b(?:${keywords.split(" ").join("|")})\b` : "(?!)";
  const number = String.raw`\b\d[\w.]*`;
  return new RegExp(`(${comment})|(${string})|(${word}|${tag})|(${number})|[A-Za-z_]\\w*`, `gm${flags}`);
}

/** The nodes of a code block's text. */
export function highlight(code, language) {
  const name = language.toLowerCase();
  if (unmarked.includes(name) || code.length > longest) {
    return [document.createTextNode(code)];
  }
  const nodes = [];
  let plainFrom = 0;
  for (const found of code.matchAll(familyOf.get(name) ?? families.c)) {
    const kind = ["comment", "string", "word", "number"][found.slice(1).findIndex((group) => group !== undefined)];
    if (kind && found[0] !== "") {
      nodes.push(document.createTextNode(code.slice(plainFrom, found.index)));
      nodes.push(element("span", { class: `code-${kind}` }, found[0]));
      plainFrom = found.index + found[0].length;
    }
  }
  nodes.push(document.createTextNode(code.slice(plainFrom)));
  return nodes;
}
