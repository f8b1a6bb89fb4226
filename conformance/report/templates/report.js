"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (id) => document.getElementById(id);
const FOLDS = "details.group, details.rest, details.because";
const requirements = all("details.requirement");
const words = new Map(requirements.map((item) => [item, item.textContent.toLowerCase()]));

function chosen(name) {
  return new Set(all(`input[name=${name}]:checked`).map((box) => box.value));
}

function filter() {
  const [standings, levels] = [chosen("standing"), chosen("level")];
  const area = one("area").value;
  const sought = one("search").value.trim().toLowerCase().split(/\s+/);
  for (const item of requirements) {
    const { standing, level } = item.dataset;
    const kept = standings.has(standing) && levels.has(level) && (!area || area === item.dataset.area);
    item.hidden = !(kept && sought.every((word) => words.get(item).includes(word)));
  }
  const left = requirements.filter((item) => !item.hidden).length;
  for (const group of all(".group")) count(group);
  for (const cause of all(".because")) cause.hidden = !all("details.requirement:not([hidden])", cause).length;
  if (sought[0]) for (const fold of all(FOLDS)) fold.open = true;
  one("shown").value = `${left} of ${requirements.length} shown`;
  one("none").hidden = left > 0;
}

function count(group) {
  const [left, total] = ["details.requirement:not([hidden])", "details.requirement"].map((selector) => all(selector, group).length);
  group.hidden = !left;
  group.querySelector(".count").textContent = left < total ? `${left} of ${total}` : total;
}

function unfold(button) {
  const open = button.textContent === "Expand all";
  for (const fold of all(FOLDS)) fold.open = open;
  for (const item of requirements) item.open = open && !item.hidden;
  button.textContent = open ? "Collapse all" : "Expand all";
}

async function copy(button) {
  const block = button.closest(".code").querySelector("pre");
  try {
    await navigator.clipboard.writeText(block.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(block);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

function reveal() {
  const item = one(decodeURIComponent(location.hash.slice(1)));
  if (!item?.matches("details.requirement, details.because")) return;
  for (let outer = item; outer; outer = outer.parentElement) {
    outer.hidden = false;
    if (outer.matches("details")) outer.open = true;
  }
  item.scrollIntoView();
}

function switchTheme() {
  const style = document.documentElement.style;
  const dark = (style.colorScheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  style.colorScheme = dark ? "light" : "dark";
}

function openFailures() {
  for (const item of all("details.more, details.rest, details.because, details.failed")) item.open = true;
}

for (const item of [one("theme"), one("filters"), ...all(".copy")]) item.hidden = false;
one("theme").addEventListener("click", switchTheme);
one("unfold").addEventListener("click", (event) => unfold(event.target));
one("filters").addEventListener("input", filter);
one("filters").addEventListener("submit", (event) => event.preventDefault());
for (const button of all(".copy")) button.addEventListener("click", () => copy(button));
addEventListener("hashchange", reveal);
addEventListener("beforeprint", openFailures);
filter();
reveal();
