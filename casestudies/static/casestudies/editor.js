// A small editor on top of a section's text area. The text area stays the field of the form: without this file it takes
// Markdown; with it, it gets the HTML of the editor, and a second field says so. Nobody touched: nothing is changed.

import { cleanPasted, paragraphs } from "./paste.js";

const TOOLS = [
  ["bold", "bold", "B"],
  ["italic", "italic", "I"],
  ["heading", "formatBlock:h3", "H"],
  ["subheading", "formatBlock:h4", "h"],
  ["paragraph", "formatBlock:p", "¶"],
  ["bullets", "insertUnorderedList", "•"],
  ["numbers", "insertOrderedList", "1."],
  ["quote", "formatBlock:blockquote", "“”"],
  ["link", "link", "↗"],
];

export class Editor {
  constructor(holder, words) {
    this.area = holder.querySelector("textarea");
    this.words = words;
    this.isTouched = false;
    this.box = document.createElement("div");
    this.box.className = "editor-box prose";
    this.box.contentEditable = "true";
    this.box.setAttribute("role", "textbox");
    this.box.setAttribute("aria-multiline", "true");
    const label = document.querySelector(`label[for="${this.area.id}"]`);
    if (label) {
      this.box.setAttribute("aria-label", label.firstChild.textContent.trim());
      label.addEventListener("click", () => this.box.focus());
    }
    if (this.area.getAttribute("aria-describedby")) this.box.setAttribute("aria-describedby", this.area.getAttribute("aria-describedby"));
    if (this.area.disabled || this.area.closest("fieldset:disabled")) this.box.contentEditable = "false";
    this.box.append(holder.querySelector("template").content.cloneNode(true));
    this.as = document.createElement("input");
    this.as.type = "hidden";
    this.as.name = `${this.area.name}-as`;
    this.as.disabled = true;
    this.bar = this.makeBar();
    holder.append(this.bar, this.box, this.as);
    this.area.hidden = true;
    this.box.addEventListener("input", () => this.touched());
    this.box.addEventListener("paste", (event) => this.pasted(event));
    this.box.addEventListener("keydown", (event) => event.key === "Escape" && this.bar.querySelector("button").focus());
    this.box.addEventListener("focus", () => document.execCommand("defaultParagraphSeparator", false, "p"));
  }

  get name() {
    return this.area.name;
  }

  makeBar() {
    const bar = document.createElement("div");
    bar.className = "editor-bar";
    bar.setAttribute("role", "toolbar");
    for (const [key, command, sign] of TOOLS) {
      const button = bar.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = sign;
      button.title = this.words[key];
      button.setAttribute("aria-label", this.words[key]);
      button.dataset.tool = key;
      // The words stay selected while the button is pressed.
      button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("click", () => this.run(command));
    }
    return bar;
  }

  run(command) {
    this.box.focus();
    document.execCommand("styleWithCSS", false, false);
    if (command === "link") return this.link();
    const [name, value] = command.split(":");
    const current = value && document.queryCommandValue(name).toLowerCase();
    document.execCommand(name, false, value && current === value ? "p" : value);
    this.touched();
  }

  link() {
    const within = getSelection().anchorNode?.parentElement?.closest("a");
    if (within && this.box.contains(within)) {
      within.replaceWith(...within.childNodes);
      return this.touched();
    }
    const address = prompt(this.words.link_ask, "https://");
    if (address && /^(https?:\/\/|mailto:)\S+$/i.test(address)) {
      if (getSelection().isCollapsed) document.execCommand("insertText", false, address);
      else document.execCommand("createLink", false, address);
      this.touched();
    }
  }

  pasted(event) {
    event.preventDefault();
    const html = event.clipboardData.getData("text/html");
    const text = event.clipboardData.getData("text/plain");
    const clean = html ? cleanPasted(html) : /\n/.test(text) ? paragraphs(text) : "";
    if (clean) document.execCommand("insertHTML", false, clean);
    else document.execCommand("insertText", false, text);
    this.touched();
  }

  /** Somebody wrote: from now on the form carries what stands in the editor. */
  touched() {
    this.isTouched = true;
    this.sync();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  sync() {
    if (!this.isTouched) return;
    const isEmpty = !this.box.textContent.trim() && !this.box.querySelector("table");
    this.area.value = isEmpty ? "" : this.box.innerHTML;
    this.as.value = "html";
    this.as.disabled = false;
  }

  /** Show these words: HTML that the server or this browser kept. */
  show(html) {
    this.box.innerHTML = cleanPasted(html);
    this.isTouched = true;
    this.sync();
  }
}
