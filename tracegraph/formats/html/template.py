"""The parts of a page that shows frames: style, script, and the frame around a slide."""

from __future__ import annotations

TITLE = '<section style="{look}" class="cover"><h1>{title}</h1></section>'
SECTION = '<section style="{look}">\n<h2>{title}</h2>\n{picture}\n</section>'

STYLE = """
body { margin: 0; background: var(--paper); color: var(--ink); }
body, button { font: 16px/1.3 Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif; }
section { box-sizing: border-box; padding: 16px 24px 64px; background: var(--paper); color: var(--ink); }
section svg { display: block; width: 100%; height: 100%; min-height: 0; }
.steps section { display: none; position: fixed; inset: 0; grid-template-rows: auto minmax(0, 1fr); gap: 8px; }
.steps section.now { display: grid; }
.steps section.cover { grid-template-rows: 1fr; place-items: center; }
h1, h2 { margin: 0; text-align: center; overflow-wrap: anywhere; }
h1 { font-size: clamp(28px, 6vw, 72px); }
h2 { font-size: clamp(16px, 2.4vw, 30px); }
.steps .fragment { visibility: hidden; }
.steps .fragment.visible, .steps .fragment.fade-out { visibility: inherit; }
.steps .fragment.fade-out.visible { visibility: hidden; }
nav { display: none; position: fixed; right: 12px; bottom: 8px; align-items: center; gap: 8px; }
.steps nav { display: flex; }
nav > * { padding: 0 8px; border-radius: 8px; background: var(--card); color: var(--ink); }
button { width: 44px; height: 44px; border: 1px solid var(--line); font-size: 24px; cursor: pointer; }
button:disabled { opacity: 0.4; cursor: default; }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
#said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@page { size: 13.333in 7.5in; margin: 0; }
@media print {
  nav, #said, .printing main { display: none !important; }
  section { print-color-adjust: exact; -webkit-print-color-adjust: exact; break-after: page; overflow: hidden; }
  section, .steps section { position: static; display: grid; width: 13.333in; height: 7.49in; padding-bottom: 24px; }
  section:last-child { break-after: auto; }
}
"""

SCRIPT = """
const slides = [...document.querySelectorAll("section")];
const parts = (slide) => [...slide.querySelectorAll(".fragment")];
const last = slides.map((slide) => Math.max(0, ...parts(slide).map((p) => +p.dataset.fragmentIndex)));
const [back, on] = document.querySelectorAll("button");
const [place, said] = [document.getElementById("place"), document.getElementById("said")];
const within = (n, most) => Math.min(Math.max(n || 0, 0), most);
let at = 0, step = 0, touched = null;

function show(slide, step) {
  for (const part of parts(slide)) part.classList.toggle("visible", +part.dataset.fragmentIndex <= step);
}
function go(to, then) {
  at = within(to, slides.length - 1);
  step = within(then, last[at]);
  slides.forEach((slide, i) => slide.classList.toggle("now", i === at));
  show(slides[at], step);
  document.body.setAttribute("style", slides[at].getAttribute("style"));
  const caption = slides[at].querySelectorAll(".caption")[step];
  said.textContent = caption ? caption.getAttribute("aria-label") : slides[at].textContent;
  place.textContent = `${step + 1} / ${last[at] + 1}`;
  back.disabled = !at && !step;
  on.disabled = at === slides.length - 1 && step === last[at];
  try { history.replaceState(null, "", `#/${at}/${step}`); } catch { /* a page without an address */ }
}
const forward = () => step < last[at] ? go(at, step + 1) : at < slides.length - 1 && go(at + 1, 0);
const backward = () => step ? go(at, step - 1) : at && go(at - 1, last[at - 1]);
const keys = {
  ArrowRight: forward, ArrowDown: forward, PageDown: forward, " ": forward, Enter: forward,
  ArrowLeft: backward, ArrowUp: backward, PageUp: backward, Backspace: backward,
  Home: () => go(0, 0), End: () => go(slides.length - 1, Infinity),
};
addEventListener("keydown", (event) => {
  const pressed = event.key === " " && event.shiftKey ? backward : keys[event.key];
  const onButton = event.target.closest?.("button") && (event.key === " " || event.key === "Enter");
  if (!pressed || onButton || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  pressed();
});
back.addEventListener("click", backward);
on.addEventListener("click", forward);
document.querySelector("main").addEventListener("click", () => getSelection().isCollapsed && forward());
addEventListener("touchstart", (event) => { touched = event.touches.length === 1 ? event.touches[0].clientX : null; });
addEventListener("touchend", (event) => {
  const way = touched === null ? 0 : event.changedTouches[0].clientX - touched;
  if (Math.abs(way) > 40) (way < 0 ? forward : backward)();
});
const read = () => go(...location.hash.replace(/^#[/]?/, "").split("/").map(Number));
addEventListener("hashchange", read);
addEventListener("beforeprint", () => {
  const paper = document.body.appendChild(document.createElement("div"));
  paper.id = "paper";
  slides.forEach((slide, i) => {
    for (let n = 0; n <= last[i]; n++) {
      const page = paper.appendChild(slide.cloneNode(true));
      page.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
      show(page, n);
    }
  });
  document.body.classList.add("printing");
});
addEventListener("afterprint", () => {
  document.getElementById("paper").remove();
  document.body.classList.remove("printing");
});
document.querySelectorAll(".caption").forEach((caption) => caption.setAttribute("aria-hidden", "true"));
document.body.classList.add("steps");
read();
"""

PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>{{title}}</title>
<style>{STYLE}</style>
</head>
<body style="{{look}}">
<main>
{{slides}}
</main>
<p id="said" role="status" aria-live="polite"></p>
<nav aria-label="Steps">
<button type="button" aria-label="Step back">‹</button>
<span id="place"></span>
<button type="button" aria-label="Next step">›</button>
</nav>
<script>{SCRIPT}</script>
</body>
</html>
"""
