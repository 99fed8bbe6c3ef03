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
