/* The evaluation in the browser: sends a question set, tells the server which run to compare with. */
window.belegt.evaluation ??= (() => {
  function starting(element, trigger) {
    belegt.library.adding(element, trigger);
    belegt.forward(element, trigger);
  }

  function run(element, trigger, watch) {
    belegt.forward(element, trigger);
    element.addEventListener("change", (change) => {
      if (change.target.matches("#against")) trigger("against", { against: change.target.value });
    });
    let shown = null;
    watch("value", () => {
      const title = element.querySelector("h2");
      if (title && title.textContent !== shown) element.scrollIntoView({ block: "start" });
      shown = title?.textContent ?? null;
    });
  }

  return { starting, run };
})();
