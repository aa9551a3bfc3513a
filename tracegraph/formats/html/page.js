const slides = [...document.querySelectorAll("section")];
const parts = (slide) => [...slide.querySelectorAll(".fragment")];
const last = slides.map((slide) => Math.max(0, ...parts(slide).map((p) => +p.dataset.fragmentIndex)));
const before = last.map((_, i) => last.slice(0, i).reduce((sum, n) => sum + n + 1, 0));
const total = before.at(-1) + last.at(-1) + 1, seconds = 1.6;
const [back, play, on] = document.querySelectorAll("button");
const [place, said, slider] = ["place", "said", "slider"].map((id) => document.getElementById(id));
const within = (n, most) => Math.min(Math.max(n || 0, 0), most);
let at = 0, step = 0, touched = null, playing = null;

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
  place.textContent = `${before[at] + step + 1} / ${total}`;
  slider.value = before[at] + step;
  back.disabled = !at && !step;
  on.disabled = at === slides.length - 1 && step === last[at];
  if (on.disabled) pause();
  try { history.replaceState(null, "", `#/${at}/${step}`); } catch { /* a page without an address */ }
}
function reach(n) {
  const slide = before.findLastIndex((start) => start <= n);
  go(slide, n - before[slide]);
}
function pause() {
  clearInterval(playing);
  playing = null;
  play.textContent = "▶";
  play.setAttribute("aria-label", "Play");
}
function start() {
  if (on.disabled) go(0, 0);
  playing = setInterval(forward, 1000 * seconds);
  play.textContent = "❚❚";
  play.setAttribute("aria-label", "Pause");
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
  if (event.target === slider) return;
  const onButton = event.target.closest?.("button") && (event.key === " " || event.key === "Enter");
  if (!pressed || onButton || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  pressed();
});
back.addEventListener("click", backward);
on.addEventListener("click", forward);
play.addEventListener("click", () => playing === null ? start() : pause());
slider.addEventListener("input", () => { pause(); reach(+slider.value); });
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
slider.max = total - 1;
read();
