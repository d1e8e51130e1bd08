// One question in full: gold beside the answer, what was cited and found, measures and timings.
function detail(row) {
  return el(
    "div",
    { className: "full" },
    el("div", { className: "sides" }, expected(row), given(row)),
    part(say.cited, cited(row), "cited-part"),
    part(say.found, found(row), "found-part"),
    el("div", { className: "sides" }, part(say.measures, measured(row)), part(say.timings, timed(row))),
  );
}

const part = (head, content, css = "") => el("section", { className: css }, el("h3", {}, head), content);

function expected(row) {
  const content = [];
  if (row.answerable === false) content.push(el("p", {}, say.unanswerable));
  else if (!row.answers.length) content.push(el("p", { className: "soft" }, say.unstated));
  if (row.answers.length) content.push(el("ul", { className: "answers" }, row.answers.map((one) => el("li", {}, bdi(one)))));
  if (row.speaker.length) content.push(el("p", { className: "soft" }, bdi(row.speaker.join(" · "))));
  for (const [article, quote] of row.evidence) {
    content.push(
      el("blockquote", { dir: "auto" }, el("span", { className: "gold" }, quote)),
      el("p", { className: "facts" }, named(article)),
    );
  }
  const bare = row.gold.filter((article) => !row.evidence.some(([one]) => one === article));
  if (bare.length) {
    content.push(el("p", { className: "facts" }, `${say.gold_article}: `, bare.flatMap((a, i) => [i ? ", " : "", named(a)])));
  }
  const note = [row.as_of ? `${say.as_of} ${row.as_of}` : "", ...row.tags, `${say.id} ${row.id}`].filter(Boolean);
  content.push(el("p", { className: "facts" }, bdi(note.join(" · "))));
  return el("section", { className: "expected" }, el("h3", {}, say.expected), content);
}

function given(row) {
  const content = [];
  if (row.error !== null) content.push(el("p", { className: "crash" }, `${say.crash}: `, bdi(row.error)));
  if (row.answer !== null) content.push(el("p", { className: "answer", dir: "auto" }, row.answer));
  const status = [say[row.status] ?? row.status, row.confidence === null ? "" : `${say.sort_confidence} ${percent(row.confidence)}`];
  if (row.short !== null) status.unshift(`${say.short}: ${row.short}`);
  content.push(el("p", { className: "facts" }, bdi(status.filter(Boolean).join(" · "))));
  if (row.doubts.length) {
    const doubts = row.doubts.map(([text, verdict]) => el("li", {}, bdi(text), ` – ${say[verdict]}`));
    content.push(el("h4", {}, say.doubts), el("ul", {}, doubts));
  }
  if (row.before) {
    const [answer, outcome, error] = row.before;
    content.push(el("h4", {}, say.before, " ", badge(outcome)), el("p", { className: "answer", dir: "auto" }, answer ?? error ?? say.none));
  }
  return el("section", { className: "given" }, el("h3", {}, say.given, " ", badge(row.outcome)), content);
}

function cited(row) {
  if (!row.cited.length) return el("p", { className: "soft" }, say.no_citation);
  return row.cited.map((each) => {
    const { article, text } = passages[each.passage];
    return el(
      "figure",
      {},
      el("figcaption", {}, el("span", { className: "number" }, `[${each.number}] `), named(article), gold(row, article)),
      el("blockquote", { dir: "auto" }, marked(text, each.marks, each.gold)),
    );
  });
}

function found(row) {
  if (!row.found.length) return el("p", { className: "soft" }, say.no_passage);
  const items = row.found.map((each, rank) => {
    const article = each.article ?? passages[each.passage].article;
    const head = [
      el("span", { className: "number" }, `${rank + 1}.`),
      el("span", { className: "name" }, named(article), gold(row, article, each.gold?.length)),
      el("span", { className: "score" }, each.score === undefined || each.score === null ? "" : `${say.score} ${fixed(each.score, 3)}`),
    ];
    if (each.passage === undefined) return el("li", {}, el("div", { className: "head" }, head));
    const fold = el("details", {}, el("summary", {}, el("span", { className: "head" }, head)));
    fold.addEventListener("toggle", () => {
      if (fold.open && fold.children.length === 1) {
        fold.append(el("blockquote", { dir: "auto" }, marked(passages[each.passage].text, each.marks, each.gold)));
      }
    });
    return el("li", {}, fold);
  });
  const missed = row.gold.length && !row.found.some((each) => row.gold.includes(each.article ?? passages[each.passage].article));
  const legend = el("p", { className: "facts legend" }, el("mark", {}, say.legend_cited), " ", el("span", { className: "gold" }, say.legend_gold));
  return [missed ? el("p", { className: "crash" }, say.no_gold_found) : null, el("ol", { className: "ranking" }, items), legend];
}

function measured(row) {
  const lines = data.measures.flatMap(([name, kind], i) => {
    const value = row.measures[i];
    if (value === null || value === undefined) return [];
    return [el("div", {}, el("dt", {}, name), el("dd", {}, kind === "percent" ? percent(value) : fixed(value, 3)))];
  });
  return lines.length ? el("dl", {}, lines) : el("p", { className: "soft" }, say.none);
}

function timed(row) {
  const stages = [...row.timings.filter(([name]) => name !== "total"), [say.total, row.seconds]];
  return el("dl", {}, stages.map(([name, seconds]) => el("div", {}, el("dt", {}, say[`stage_${name}`] ?? name), el("dd", {}, `${fixed(seconds, 3)} s`))));
}

// An article by its title, with source and date.
function named(id) {
  const known = articles.get(id);
  if (!known) return el("span", {}, bdi(id));
  const facts = [known.facts, id].filter(Boolean).join(" · ");
  return el("span", {}, bdi(known.title || say.untitled), el("span", { className: "facts" }, " · ", bdi(facts)));
}

// Whether an article is a gold one, and whether this passage of it holds the evidence.
const gold = (row, article, evidence) =>
  row.gold.includes(article) ? [" ", el("span", { className: "badge right" }, evidence ? say.gold_evidence : say.gold)] : "";

// `text` with its cited stretches in <mark> and its gold evidence underlined, also where both overlap.
function marked(text, cited, golden) {
  const inside = (spans, at) => spans.some(([start, end]) => start <= at && at < end);
  const bounds = [...new Set([0, text.length, ...cited.flat(), ...golden.flat()])].sort((a, b) => a - b);
  return bounds.slice(0, -1).map((start, i) => {
    const piece = text.slice(start, bounds[i + 1]);
    const under = inside(golden, start) ? el("span", { className: "gold" }, piece) : piece;
    return inside(cited, start) ? el("mark", {}, under) : under;
  });
}
