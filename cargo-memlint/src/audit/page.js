"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const NAMES = { "proven": ["proven", "Proven"], "defect": ["defect", "Defect"], "not proven": ["open", "Not proven"] };
const BATCH = 200;
const $ = id => document.getElementById(id);

function make(tag, name, ...inner) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...inner);
  return node;
}

function tally(of) {
  const counts = new Map();
  for (const site of data.sites) for (const key of of(site)) counts.set(key, (counts.get(key) || 0) + 1);
  return counts;
}

const moduleOf = site => site.module ? site.crate + "::" + site.module : site.crate;

function figures() {
  const counts = tally(site => [site.verdict]);
  const total = data.sites.length;
  const figure = (name, n, text) => {
    const number = make("b", name, n.toLocaleString("en"));
    return make("div", "figure", number, make("span", "", text));
  };
  $("figures").append(figure("", total, total === 1 ? "place" : "places"));
  for (const [verdict, [name, label]] of Object.entries(NAMES)) {
    const n = counts.get(verdict) || 0;
    const share = total ? " (" + Math.floor(n * 100 / total) + " %)" : "";
    $("figures").append(figure(n ? name : "none", n, (name === "defect" && n !== 1 ? "defects" : label.toLowerCase()) + share));
    if (n) {
      const part = make("i", name);
      part.style.flexGrow = n;
      $("bar").append(part);
    }
    const box = make("input");
    box.type = "checkbox";
    box.value = verdict;
    box.defaultChecked = box.checked = true;
    $("verdicts").append(make("label", "", box, " " + label));
  }
}

function choices(select, counts, all, frequent) {
  const entries = [...counts];
  entries.sort(frequent ? (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1) : (a, b) => a[0] < b[0] ? -1 : 1);
  select.append(new Option(all, ""));
  for (const [key, n] of entries) select.append(new Option(key + " (" + n + ")", key));
}

const WORDS = new Set(("as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod " +
  "move mut pub ref return self Self static struct super trait true type unsafe union use where while").split(" "));
const TOKEN = /(\/\/.*|\/\*.*?(?:\*\/|$))|(b?c?r?#*"(?:\\.|[^"\\])*"?#*|b?'(?:\\.[^']*|[^'\\])')|(\b\d[\w.]*)|([A-Za-z_]\w*)/g;

function coloured(line) {
  const out = [];
  let from = 0;
  for (const found of line.matchAll(TOKEN)) {
    const [all, note, text, number, word] = found;
    let name = note ? "c" : text ? "s" : number ? "n" : "";
    if (word && WORDS.has(word)) name = "k";
    else if (word && /^[A-Z]/.test(word)) name = "t";
    if (!name) continue;
    out.push(line.slice(from, found.index), make("span", name, all));
    from = found.index + all.length;
  }
  out.push(line.slice(from));
  return out;
}

function source(site) {
  const lines = data.files[site.file] || {};
  const pre = make("pre");
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", "source of " + site.file);
  for (let n = site.from; n <= site.to; n++) {
    const here = n >= site.line && n <= site.end_line;
    pre.append(make("span", here ? "row here" : "row", make("span", "at", String(n)), ...coloured(lines[n] || ""), "\n"));
  }
  return pre;
}

/* Words between back-ticks are code. */
function prose(text) {
  return text.split("`").map((part, n) => n % 2 ? make("code", "", part) : part);
}

function story(site) {
  const list = make("ul");
  for (const found of site.findings) list.append(make("li", "", make("code", "", found.lint), ": ", ...prose(found.message)));
  for (const why of site.reasons) list.append(make("li", "", ...prose(why.text)));
  for (const end of site.ends) list.append(make("li", "", ...prose((site.verdict === "proven" ? "" : "on some path ") + end)));
  return make("div", "story", list, source(site));
}

function row(site) {
  const [name, label] = NAMES[site.verdict];
  const why = site.findings.length ? site.findings[0].message : site.reasons.length ? site.reasons[0].text : site.ends[0];
  const what = make("span", "what", make("code", "", site.routine), " " + site.act + " in ", make("code", "", site.function));
  const text = make("span", "", what, make("br"), make("span", "path", site.file + ":" + site.line), make("br"), make("span", "why", ...prose(why || "")));
  const details = make("details", name, make("summary", "", make("span", "verdict " + name, label), text));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(story(site));
  });
  return details;
}

let shown = [];
let drawn = 0;

function draw() {
  const part = shown.slice(drawn, drawn + BATCH);
  $("list").append(...part.map(row));
  drawn += part.length;
  $("more").hidden = drawn >= shown.length;
}

function filter() {
  const verdicts = new Set([...document.querySelectorAll("#verdicts input:checked")].map(box => box.value));
  const [module, reason, words] = [$("module").value, $("reason").value, $("search").value.trim().toLowerCase()];
  shown = data.sites.filter(site => verdicts.has(site.verdict) && (!module || moduleOf(site) === module) &&
    (!reason || site.reasons.some(why => why.reason === reason)) &&
    (!words || (site.routine + " " + site.function + " " + site.file).toLowerCase().includes(words)));
  $("count").textContent = shown.length.toLocaleString("en") + " of " + data.sites.length.toLocaleString("en") + " places";
  const nothing = data.sites.length ? "No place is like that: “Clear” shows all of them." : "Nothing in this code handles memory by hand.";
  $("list").replaceChildren(...(shown.length ? [] : [make("p", "empty", nothing)]));
  drawn = 0;
  draw();
}

figures();
choices($("module"), tally(site => [moduleOf(site)]), "all", false);
choices($("reason"), tally(site => [...new Set(site.reasons.map(why => why.reason))]), "any", true);
$("filters").addEventListener("input", filter);
$("filters").addEventListener("submit", event => event.preventDefault());
$("filters").addEventListener("reset", () => setTimeout(filter));
$("more").addEventListener("click", () => {
  const next = drawn;
  draw();
  $("list").children[next]?.firstChild.focus();
});
document.addEventListener("keydown", event => {
  if (event.key === "/" && !/INPUT|SELECT/.test(document.activeElement.tagName)) {
    event.preventDefault();
    $("search").focus();
  }
});
filter();
