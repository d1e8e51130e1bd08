// The list of questions: search, filters, order, rows that unfold.
const BATCH = 60; // rows drawn at a time; the next ones when the end comes near
const state = { query: "", flags: new Set(), slice: "", by: "order", down: false };
const opened = new Set(); // ids of the questions that are unfolded
let shown = rows;
let drawn = 0;

rows.forEach((row, order) => {
  row.order = order;
  row.text = [row.id, row.question, row.answer, row.error, ...row.answers, ...row.gold, ...row.slices]
    .join("\n")
    .toLocaleLowerCase();
});

// ---- controls

const search = el("input", { type: "search", placeholder: say.search, "aria-label": say.search, id: "search" });
const slice = el("select", { "aria-label": say.tag, id: "slice" }, el("option", { value: "" }, say.all_tags));
for (const [kind, names] of data.slices) {
  slice.append(el("optgroup", { label: kind }, names.map(([name, value]) => el("option", { value: name }, value))));
}
const chips = el("div", { className: "chips", role: "group", "aria-label": say.filters });
for (const flag of data.flags) {
  const count = rows.filter((row) => row.flags.includes(flag)).length;
  const chip = el(
    "button",
    { type: "button", className: "chip", "aria-pressed": "false", "data-flag": flag, disabled: !count },
    say[flag],
    el("span", { className: "count" }, ` ${count}`),
  );
  chip.title = say[`${flag}_title`] ?? "";
  chip.addEventListener("click", () => {
    if (!state.flags.delete(flag)) state.flags.add(flag);
    refresh();
  });
  chips.append(chip);
}
const count = el("p", { className: "found", role: "status" });
const sorts = [
  ["order", (row) => row.order],
  ["question", (row) => row.question.toLocaleLowerCase()],
  ["outcome", (row) => say[row.outcome]],
  ["confidence", (row) => row.confidence ?? -1],
  ["seconds", (row) => row.seconds ?? -1],
];
const heads = sorts.map(([key]) => {
  const button = el("button", { type: "button" }, say[`sort_${key}`]);
  button.addEventListener("click", () => {
    state.down = state.by === key ? !state.down : key === "seconds";
    state.by = key;
    refresh();
  });
  return el("th", { scope: "col", role: "columnheader", className: `c-${key}`, "data-sort": key }, button);
});
const body = el("tbody", { role: "rowgroup" });
const table = el(
  "table",
  { className: "questions", role: "table" },
  el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads)),
  body,
);
const more = el("button", { type: "button", className: "more" });
const nothing = el("div", { className: "nothing" }, el("p", {}, say.nothing));
const reset = el("button", { type: "button", className: "more" }, say.reset);
nothing.append(reset);
document
  .getElementById("app")
  .replaceChildren(el("div", { className: "controls" }, el("div", { className: "row" }, search, slice), chips, count), table, more, nothing);

search.addEventListener("input", () => {
  state.query = search.value.trim().toLocaleLowerCase();
  refresh();
});
slice.addEventListener("change", () => {
  state.slice = slice.value;
  refresh();
});
more.addEventListener("click", () => {
  const next = drawn;
  draw();
  body.querySelectorAll("button.question")[next]?.focus();
});
reset.addEventListener("click", () => show("", ""));
const nearEnd = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && !more.hidden && draw(), {
  rootMargin: "800px",
});

// ---- the list

function refresh() {
  const words = state.query.split(/\s+/).filter(Boolean);
  shown = rows.filter(
    (row) =>
      (!state.flags.size || row.flags.some((flag) => state.flags.has(flag))) &&
      (!state.slice || row.slices.includes(state.slice)) &&
      words.every((word) => row.text.includes(word)),
  );
  const [, key] = sorts.find(([name]) => name === state.by);
  const keys = new Map(shown.map((row) => [row, key(row)]));
  const compare = (a, b) =>
    typeof a === "string" ? a.localeCompare(b, data.language) : a - b;
  shown.sort((a, b) => (state.down ? -1 : 1) * compare(keys.get(a), keys.get(b)) || a.order - b.order);
  for (const head of heads) {
    const active = head.dataset.sort === state.by;
    if (active) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  for (const chip of chips.children) chip.setAttribute("aria-pressed", String(state.flags.has(chip.dataset.flag)));
  count.textContent = fill(say.count, { n: fixed(shown.length, 0), total: fixed(rows.length, 0) });
  body.replaceChildren();
  drawn = 0;
  table.hidden = !shown.length;
  nothing.hidden = shown.length > 0;
  draw();
}

function draw() {
  const next = shown.slice(drawn, drawn + BATCH);
  body.append(...next.flatMap(line));
  drawn += next.length;
  more.hidden = drawn >= shown.length;
  more.textContent = fill(say.more, { n: fixed(Math.min(BATCH, shown.length - drawn), 0) });
  nearEnd.unobserve(more); // observed anew it reports again, also when it has not moved
  nearEnd.observe(more);
}

// A question's row, and below it the one that unfolds.
function line(row) {
  const place = `detail-${row.order}`;
  const button = el(
    "button",
    { type: "button", className: "question", "aria-expanded": "false", "aria-controls": place },
    bdi(row.question),
  );
  const cells = [
    el("td", { role: "cell", className: "c-order" }, String(row.order + 1)),
    el("td", { role: "cell", className: "c-question" }, button),
    el("td", { role: "cell", className: "c-outcome" }, badge(row.outcome)),
    el("td", { role: "cell", className: "c-confidence" }, percent(row.confidence)),
    el("td", { role: "cell", className: "c-seconds" }, row.seconds === null ? say.none : `${fixed(row.seconds, 2)} s`),
  ];
  const main = el("tr", { role: "row", className: "line" }, cells);
  const inside = el("td", { role: "cell", colSpan: sorts.length });
  const below = el("tr", { role: "row", className: "detail", id: place, hidden: true }, inside);
  const toggle = () => {
    below.hidden = !below.hidden;
    button.setAttribute("aria-expanded", String(!below.hidden));
    main.classList.toggle("open", !below.hidden);
    if (below.hidden) opened.delete(row.id);
    else opened.add(row.id);
    if (!below.hidden && !inside.firstChild) inside.append(detail(row));
  };
  main.addEventListener("click", (event) => {
    if (event.target.closest("button") === button || !getSelection().toString()) toggle();
  });
  if (opened.has(row.id)) toggle();
  return [main, below];
}

// ---- from the summary to the questions behind it

function show(flag, name) {
  state.flags = new Set(flag ? [flag] : []);
  state.slice = slice.value = name;
  state.query = search.value = "";
  refresh();
}
document.querySelectorAll("[data-show], [data-slice]").forEach((link) =>
  link.addEventListener("click", () => show(link.dataset.show ?? "", link.dataset.slice ?? "")),
);

refresh();
