// What is pasted becomes what a section can carry: paragraphs, two ranks of headings, lists, quotations, tables, links,
// bold and italic. The server cleans again whatever it gets; here it is done so that the writer sees what will be kept.

const BLOCKS = new Set(["P", "H3", "H4", "UL", "OL", "LI", "BLOCKQUOTE", "TABLE", "CAPTION", "THEAD", "TBODY", "TR", "TH", "TD"]);
const RENAMED = { H1: "H3", H2: "H3", H5: "H4", H6: "H4", B: "STRONG", I: "EM", DIV: "P", SECTION: "P", ARTICLE: "P" };
const INLINE = new Set(["STRONG", "EM", "A", "BR"]);
const DROPPED = new Set(["SCRIPT", "STYLE", "META", "LINK", "TITLE", "XML", "TEMPLATE", "IFRAME", "OBJECT", "IMG", "SVG", "HEAD"]);

/** Clean HTML of what a clipboard holds. Nothing of it is ever run or loaded: it is parsed into a document of its own. */
export function cleanPasted(html) {
  // Renamed before it is parsed: the page's security policy would complain about styles and handlers, even unused ones.
  const inert = html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/\sstyle\s*=/gi, " data-style=").replace(/\son[a-z]+\s*=/gi, " data-dropped=");
  const parsed = new DOMParser().parseFromString(inert, "text/html");
  const out = document.implementation.createHTMLDocument("").createElement("div");
  gatherWordLists(parsed.body);
  copyInto(parsed.body, out, out.ownerDocument);
  for (const paragraph of out.querySelectorAll("p, h3, h4, li, strong, em")) {
    if (!paragraph.textContent.trim() && !paragraph.querySelector("br, table")) paragraph.remove();
  }
  return out.innerHTML.trim();
}

/** Word writes list items as paragraphs with a mark before them. Make lists of them, level by level. */
function gatherWordLists(body) {
  let open = []; // the lists that are open, the outermost first
  for (const paragraph of [...body.querySelectorAll("p, h1, h2, h3, h4, table, ul, ol, div")]) {
    const level = /mso-list:[^;]*level(\d+)/i.exec(paragraph.getAttribute("data-style") || "");
    if (!level || paragraph.tagName !== "P") {
      if (!paragraph.closest("li")) open = [];
      continue;
    }
    const mark = [...paragraph.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(span.getAttribute("data-style") || ""));
    const isNumbered = /^[（(]?\s*(\d+|[a-z]|[ivx]+|[一二三四五六七八九十]+)\s*[.)）、．]/i.test((mark?.textContent || "").trim());
    mark?.remove();
    const depth = Math.min(Number(level[1]), 4);
    while (open.length > depth) open.pop();
    while (open.length < depth) {
      const list = body.ownerDocument.createElement(isNumbered ? "ol" : "ul");
      const last = open.at(-1);
      if (!last) paragraph.before(list);
      else (last.lastElementChild || last.appendChild(body.ownerDocument.createElement("li"))).append(list);
      open.push(list);
    }
    const item = body.ownerDocument.createElement("li");
    item.append(...paragraph.childNodes);
    open.at(-1).append(item);
    paragraph.remove();
  }
}

function copyInto(from, to, maker) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      const words = node.data.replace(/[\s\u00a0]+/g, " ");
      const isBetweenBlocks = !words.trim() && ["DIV", "UL", "OL", "TABLE", "THEAD", "TBODY", "TR"].includes(to.tagName);
      if (!isBetweenBlocks) to.append(words);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      copyElement(node, to, maker);
    }
  }
}

function copyElement(node, to, maker) {
  const style = node.getAttribute("data-style") || "";
  if (DROPPED.has(node.tagName.toUpperCase()) || /mso-list:\s*ignore|display:\s*none/i.test(style)) return;
  let name = RENAMED[node.tagName] || node.tagName;
  const heading = /^mso(?:heading|title)|^heading/i.test(node.className || "") || /mso-outline-level:\s*[1-6]/i.test(style);
  if (name === "P" && heading) name = "H3";
  // Google Docs wraps everything in a bold that is not bold.
  if (name === "STRONG" && /(?:^|;)\s*font-weight:\s*(normal|400)/i.test(style)) name = "SPAN";
  if (name === "P" && (holdsBlocks(node) || ["LI", "TD", "TH", "P"].includes(to.tagName))) {
    copyInto(node, to, maker);
    if (["TD", "TH"].includes(to.tagName) && node.nextElementSibling) to.append(maker.createElement("br"));
    return;
  }
  if (BLOCKS.has(name) || INLINE.has(name)) {
    if (name === "A" && !/^(https?:|mailto:)/i.test(node.getAttribute("href") || "")) return copyInto(node, to, maker);
    const copy = to.appendChild(maker.createElement(name));
    if (name === "A") copy.setAttribute("href", node.getAttribute("href"));
    if (name === "OL" && /^\d{1,8}$/.test(node.getAttribute("start") || "")) copy.setAttribute("start", node.getAttribute("start"));
    return copyInto(node, copy, maker);
  }
  if (node.tagName === "SPAN") {
    let target = to;
    if (/font-weight:\s*(bold|[6-9]00)/i.test(style)) target = target.appendChild(maker.createElement("strong"));
    if (/font-style:\s*italic/i.test(style)) target = target.appendChild(maker.createElement("em"));
    return copyInto(node, target, maker);
  }
  copyInto(node, to, maker);
}

function holdsBlocks(node) {
  return [...node.children].some((child) => BLOCKS.has(RENAMED[child.tagName] || child.tagName) || holdsBlocks(child));
}

/** Paragraphs of plain words. */
export function paragraphs(text) {
  const holder = document.createElement("div");
  for (const block of text.replace(/\r\n?/g, "\n").split(/\n\s*\n/)) {
    if (!block.trim()) continue;
    const paragraph = holder.appendChild(document.createElement("p"));
    block.trim().split("\n").forEach((line, n) => {
      if (n) paragraph.append(document.createElement("br"));
      paragraph.append(line);
    });
  }
  return holder.innerHTML;
}
