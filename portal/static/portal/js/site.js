// Makes what already works a little smoother. Every page does its job without this file.
"use strict";

// A filter form sends itself when a choice changes; its button stays for those without this file.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });
}

// A form that writes is sent once, however often its button is pressed.
document.addEventListener("submit", ({ target: form }) => {
  if (!form.matches("form[method=post]")) return;
  const button = form.querySelector("button[type=submit], button:not([type])");
  if (button) setTimeout(() => button.setAttribute("aria-disabled", "true"), 0);
});

// After a refusal the focus is where it is told: at the list of refusals, or else in the first field that was refused.
const refused = document.querySelector("main :is(.refusals, [aria-invalid=true])");
if (refused) {
  for (let fold = refused.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (refused.matches(".refusals")) refused.tabIndex = -1;
  refused.focus();
}

// A list that is narrowed down changes in place. Its parts (data-live) are taken from the page that the link or the form
// leads to; where that fails, the browser goes there.
if (document.querySelector("[data-live]")) {
  const parts = () => document.querySelectorAll("[data-live]");
  const said = document.querySelector("[data-live-said]");
  let shown = location.pathname + location.search;
  let asking;
  const show = async (url, isNew) => {
    asking?.abort();
    asking = new AbortController();
    for (const part of parts()) part.setAttribute("aria-busy", "true");
    let page;
    try {
      const answer = await fetch(url, { signal: asking.signal });
      if (!answer.ok) throw new Error(answer.status);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (![...parts()].every((part) => page.getElementById(part.id))) throw new Error("another page");
    } catch (error) {
      if (error.name !== "AbortError") location.assign(url);
      return;
    }
    if (isNew) history.pushState(null, "", url);
    shown = location.pathname + location.search;
    document.title = page.title;
    const focused = document.activeElement;
    const wasInside = focused.closest("[data-live]");
    const opened = new Map([...document.querySelectorAll("[data-live] details[id]")].map((each) => [each.id, each.open]));
    for (const part of parts()) {
      part.replaceChildren(...page.getElementById(part.id).childNodes);
      part.removeAttribute("aria-busy");
    }
    suggestIn(document);
    for (const [id, isOpen] of opened) {
      const details = document.getElementById(id);
      if (details) details.open ||= isOpen;
    }
    const heading = document.getElementById(said.dataset.liveSaid);
    const same = focused.id && document.getElementById(focused.id);
    if (wasInside) same ? same.focus({ preventScroll: true }) : heading.focus();
    if (same && same.matches("input[type=search]")) same.setSelectionRange(same.value.length, same.value.length);
    said.textContent = heading.textContent;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-live] a[href^='?']");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(new URL(link.getAttribute("href"), location), true);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-live-form]");
    if (!form) return;
    event.preventDefault();
    const url = new URL(form.action);
    url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    show(url, true);
  });
  addEventListener("popstate", () => {
    if (location.pathname + location.search === shown) return; // only another place on the same page
    for (const form of document.querySelectorAll("form[data-live-form]")) {
      const words = form.elements.q;
      if (words) words.value = new URLSearchParams(location.search).get("q") ?? "";
    }
    show(location.href, false);
  });
}

// Leaving with unsaved words asks first.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

// Copy buttons appear only where copying works.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
}

// A table of contents shows where the reader is.
for (const contents of document.querySelectorAll("[data-here]")) {
  const links = new Map([...contents.querySelectorAll("a[href^='#']")].map((link) => [link.hash.slice(1), link]));
  const parts = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    const passed = parts.filter((part) => part.getBoundingClientRect().top < innerHeight / 3);
    const here = passed.at(-1)?.closest("[id]").id;
    for (const [id, link] of links) {
      if (id === here) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  let waits = false;
  addEventListener(
    "scroll",
    () => {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => ((waits = false), mark()));
    },
    { passive: true },
  );
  mark();
}

// A long upload shows how far it is; the server says where to go on.
for (const form of document.querySelectorAll("form[data-progress]")) {
  form.addEventListener("submit", (event) => {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    if (!files.length) return;
    event.preventDefault();
    const shown = form.querySelector(".uploading");
    const bar = shown.querySelector("progress");
    const sending = new XMLHttpRequest();
    sending.open("POST", form.action);
    sending.setRequestHeader("Accept", "application/json");
    sending.responseType = "json";
    sending.upload.addEventListener("progress", (sent) => (bar.value = (100 * sent.loaded) / sent.total));
    sending.upload.addEventListener("load", () => bar.removeAttribute("value")); // now the server works
    sending.addEventListener("load", () => {
      if (sending.response && sending.response.next) location.assign(sending.response.next);
      else form.submit();
    });
    sending.addEventListener("error", () => form.submit()); // the browser says what is wrong
    shown.hidden = false;
    sending.send(new FormData(form));
  });
}

// A search box suggests while somebody types: a combobox with a list, for mouse, keys and reading aloud.
function suggestIn(page) {
  for (const input of page.querySelectorAll("input[data-suggest]:not([role])")) {
    const list = document.createElement("ul");
    list.id = `${input.id}-suggestions`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
    list.hidden = true;
    const box = document.createElement("span");
    box.className = "suggesting";
    input.before(box);
    box.append(input, list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id], ["autocomplete", "off"]]) input.setAttribute(name, value);
    let waits;
    let asking;
    let at = -1;
    const close = () => {
      clearTimeout(waits);
      asking?.abort();
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (option) => {
      close();
      if (option.dataset.url && !("suggestFills" in input.dataset)) return location.assign(option.dataset.url);
      input.value = option.dataset.words;
      input.form.requestSubmit();
    };
    const ask = async () => {
      asking?.abort();
      asking = new AbortController();
      const url = new URL(input.dataset.suggest, location);
      url.searchParams.set("q", input.value.trim());
      try {
        const answer = await fetch(url, { signal: asking.signal });
        if (!answer.ok) return;
        const { suggestions } = await answer.json();
        at = -1;
        list.replaceChildren(
          ...suggestions.map(({ words, what, url }, number) => {
            const option = document.createElement("li");
            const kind = document.createElement("span");
            option.id = `${list.id}-${number}`;
            option.setAttribute("role", "option");
            option.setAttribute("aria-selected", "false");
            Object.assign(option.dataset, { words, url });
            kind.className = "muted small";
            kind.textContent = what;
            option.append(`${words} `, kind);
            option.addEventListener("mousedown", (event) => (event.preventDefault(), choose(option)));
            return option;
          }),
        );
        const { left, right } = box.getBoundingClientRect();
        list.classList.toggle("at-the-end", left + right > innerWidth);
        list.hidden = !suggestions.length;
        input.setAttribute("aria-expanded", String(!list.hidden));
        input.removeAttribute("aria-activedescendant");
      } catch {
        // No suggestions then; the box works without them.
      }
    };
    input.addEventListener("input", () => {
      close();
      if (input.value.trim().length > 1) waits = setTimeout(ask, 200);
    });
    input.addEventListener("blur", close);
    input.form.addEventListener("submit", close);
    input.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      const options = [...list.children];
      if (event.key === "Escape") close();
      else if (event.key === "Enter" && at >= 0) choose(options[at]);
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const step = event.key === "ArrowDown" ? 1 : -1;
        at = at < 0 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length;
        options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
        input.setAttribute("aria-activedescendant", options[at].id);
        options[at].scrollIntoView({ block: "nearest" });
      } else return;
      event.preventDefault();
    });
  }
}
suggestIn(document);
