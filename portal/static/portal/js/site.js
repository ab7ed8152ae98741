// Makes what already works a little smoother. Every page does its job without this file.
"use strict";

// A filter form sends itself when a choice changes; its button stays for those without this file.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
  });
}

// A form that writes is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit], button:not([type])");
    if (button) setTimeout(() => button.setAttribute("aria-disabled", "true"), 0);
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
