// What the page's script starts with: the data, and ways to make elements. All texts are set as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const { say, rows, passages } = data;
const articles = new Map(data.articles);
const bad = new Set(["wrong", "hallucinated", "refused", "crashed", "missed"]);

// An element with properties, attributes (those with a dash, role, for, colspan, dir) and children, texts or elements.
function el(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    if (key in element && !key.includes("-")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
const bdi = (text) => el("bdi", { dir: "auto" }, text);
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, key) => facts[key]);
const fixed = (number, places) =>
  number === null || number === undefined
    ? say.none
    : number.toLocaleString(data.language, { minimumFractionDigits: places, maximumFractionDigits: places });
const percent = (share, places = 0) =>
  share === null || share === undefined ? say.none : `${fixed(100 * share, places)} %`;

const badge = (outcome) => el("span", { className: `badge ${bad.has(outcome) ? "bad" : outcome}` }, say[outcome]);
