// Comfort only: every page reads, filters and decides without this script.
"use strict";

// A topic's stories, filtered in place by one language and one source; a link opened in a new tab leads to the full list.
const chips = document.querySelectorAll("nav[data-filter] a");
const cards = [...document.querySelectorAll(".card[data-language]")];
const wanted = { language: "", sources: "" };

const fits = (card, name) => !wanted[name] || card.dataset[name].split(" ").includes(wanted[name]);

function show(last) {
  let count = 0;
  for (const card of cards) {
    card.hidden = !(fits(card, "language") && fits(card, "sources"));
    if (!card.hidden) count += 1;
  }
  for (const day of document.querySelectorAll(".day")) day.hidden = !day.querySelector(".card:not([hidden])");
  for (const chip of chips) {
    const name = chip.closest("nav").dataset.filter;
    if (chip.dataset.key === wanted[name]) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
  }
  const line = document.querySelector("[data-shown]");
  line.textContent = wanted.language || wanted.sources ? `${count} of the newest ${cards.length} stories. ` : "";
  if (line.textContent && last.dataset.key) {
    const all = document.createElement("a");
    all.href = last.href;
    all.textContent = "See all of them";
    line.append(all);
  }
}

if (document.querySelector("main[data-filters]")) {
  for (const chip of chips) {
    chip.addEventListener("click", (event) => {
      if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      wanted[chip.closest("nav").dataset.filter] = chip.dataset.key;
      show(chip);
    });
  }
}

// Which stories came since the last visit: remembered in this browser alone. A visit lasts as long as its tab.
const list = document.querySelector("[data-topic]");
if (list && cards.length) {
  try {
    const key = `seen:${list.dataset.topic}`;
    const last = sessionStorage.getItem(key) ?? localStorage.getItem(key) ?? "";
    const fresh = last ? cards.filter((card) => card.dataset.seen > last) : [];
    for (const card of fresh) {
      const mark = document.createElement("span");
      mark.className = "fresh";
      mark.textContent = "new";
      card.querySelector(".meta").prepend(mark, " ");
    }
    if (fresh.length) {
      const line = document.createElement("p");
      line.className = "since";
      line.textContent = `${fresh.length} new since your last visit`;
      list.prepend(line);
    }
    const newest = cards.map((card) => card.dataset.seen).reduce((one, other) => (one > other ? one : other));
    sessionStorage.setItem(key, last || newest);
    if (newest > last && document.querySelector("main[data-filters]")) localStorage.setItem(key, newest);
  } catch {
    // no storage here: nothing is marked
  }
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; }, () => {});
  });
}

// Whether anybody still polls: a page cannot know by itself how old it is when it is read.
const about = document.body.dataset.status;
if (about && location.protocol.startsWith("http")) {
  fetch(about, { cache: "no-cache" })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((text) => {
      const time = (name) => Date.parse(text.match(new RegExp(`^${name}: (\\S+)$`, "m"))?.[1]);
      if (!(Date.now() > time("late-after"))) return;
      const line = document.createElement("p");
      const seen = new Date(time("as-of"));
      const day = seen.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
      line.className = "outage whole";
      line.setAttribute("role", "status");
      line.textContent = `No source has been looked at since ${seen.toISOString().slice(11, 16)} UTC on ${day}: what is here may be out of date.`;
      document.querySelector("main").prepend(line);
    })
    .catch(() => {});
}

// Review: one key for each verdict, unless somebody is typing.
const keys = document.querySelectorAll("button[data-press]");
if (keys.length) {
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const button = [...keys].find((one) => one.dataset.press === event.key.toLowerCase());
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
}

// The topic editor: a preview while somebody types, from the page that the form's own button leads to.
const editor = document.querySelector("form.editor");
if (editor) {
  const text = editor.querySelector("textarea");
  const margin = editor.querySelector(".line-numbers");
  const numbers = margin.appendChild(document.createElement("pre"));
  const part = (name) => document.getElementById(name);
  let asked = null;
  let timer = 0;
  let sent = !part("problem").querySelector(".fault"); // nothing is typed that is not saved

  const wrong = () => Number(document.querySelector("[data-line]")?.dataset.line || 0);

  function number() {
    const count = text.value.split("\n").length;
    const before = Math.min(wrong() || count + 1, count + 1);
    const lines = (from, to) => Array.from({ length: Math.max(to - from, 0) }, (_, n) => `${from + n}\n`).join("");
    numbers.replaceChildren(lines(1, before));
    if (before <= count) {
      const mark = numbers.appendChild(document.createElement("span"));
      mark.className = "wrong";
      mark.textContent = before;
      numbers.append("\n", lines(before + 1, count + 1));
    }
    numbers.style.transform = `translateY(${-text.scrollTop}px)`;
  }

  function lead() {
    const quoted = document.querySelector("[data-line]");
    text.toggleAttribute("aria-invalid", false);
    if (part("problem").querySelector(".fault")) text.setAttribute("aria-invalid", "true");
    if (quoted) {
      const button = quoted.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = "Go there";
      button.addEventListener("click", () => {
        const lines = text.value.split("\n");
        const start = lines.slice(0, wrong() - 1).join("\n").length + (wrong() > 1 ? 1 : 0);
        text.focus();
        text.setSelectionRange(start, start + (lines[wrong() - 1] || "").length);
        text.scrollTop = (text.scrollHeight / lines.length) * Math.max(wrong() - 4, 0);
      });
    }
    number();
  }

  async function look() {
    asked?.abort();
    asked = new AbortController();
    part("status").textContent = "Looking at the stored items …";
    const form = new URLSearchParams(new FormData(editor));
    form.set("do", "preview");
    try {
      const answer = await fetch(editor.getAttribute("action"), { method: "POST", body: form, signal: asked.signal });
      const body = await answer.text();
      const page = new DOMParser().parseFromString(body, "text/html");
      if (!page.getElementById("results")) throw new Error(body.slice(0, 200));
      const closed = [...document.querySelectorAll("details[data-kept]")].filter((one) => !one.open).map((one) => one.dataset.kept);
      const isFault = page.querySelector("#problem .fault") !== null;
      part("problem").replaceChildren(...page.getElementById("problem").childNodes);
      if (!isFault) part("results").replaceChildren(...page.getElementById("results").childNodes); // else what was found stays
      for (const one of document.querySelectorAll("details[data-kept]")) {
        if (closed.includes(one.dataset.kept)) one.open = false;
      }
      part("status").textContent = isFault ? "" : page.getElementById("status").textContent;
      lead();
    } catch (fault) {
      if (fault.name !== "AbortError") part("status").textContent = `No preview: ${fault.message}`;
    }
  }

  text.addEventListener("input", () => {
    sent = false;
    clearTimeout(timer);
    timer = setTimeout(look, 500);
    number();
  });
  text.addEventListener("scroll", () => { numbers.style.transform = `translateY(${-text.scrollTop}px)`; });
  editor.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (event.submitter?.value === "preview") {
      event.preventDefault();
      look();
    } else {
      asked?.abort();
      sent = true;
    }
  });
  addEventListener("beforeunload", (event) => { if (!sent) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      editor.querySelector("button[value=save]").click();
    }
  });
  margin.hidden = false;
  lead();
  if (!part("problem").querySelector(".fault")) look();
}
