/* What every page does in the browser, and the chat: reports button presses to the server, brings a cited passage into view,
   keeps the newest turn in sight, tells the browser the page's language. */
window.belegt ??= (() => {
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => matchMedia("(max-width: 900px)").matches;
  let wanted = null; // the citation to show once the panel has its turn
  let opener = null; // what had the focus before the drawer opened
  let rated = null; // the turn whose thumb was pressed last
  // What an event needs before it is reported; false where there is nothing to report.
  const prepare = { show: choose, rate, comment };

  /** Every button with data-event inside `element` triggers that event, with its other data- values. */
  function forward(element, trigger) {
    element.addEventListener("click", (click) => {
      const button = click.target.closest("[data-event]");
      if (!button) return;
      const data = { ...button.dataset };
      if (prepare[data.event]?.(button, data) !== false) trigger(data.event, data);
    });
  }

  /** The conversation. Drawing it anew would fold what was unfolded in it, so that is undone before it can be seen. */
  function history(element, trigger, watch) {
    forward(element, trigger);
    const unfolded = new WeakSet();
    element.addEventListener("click", (click) => {
      const details = click.target.closest("summary")?.parentElement;
      if (details?.open) unfolded.delete(details);
      else if (details) unfolded.add(details);
    });
    new MutationObserver((changes) => {
      for (const { target } of changes) target.open ||= unfolded.has(target);
    }).observe(element, { attributes: true, attributeFilter: ["open"], subtree: true });
    watch("value", () => {
      document.querySelector(`#${rated} .comment`)?.scrollIntoView({ block: "nearest" });
      rated = null;
    });
    element.addEventListener("keydown", (key) => {
      if (key.key !== "Enter" || key.shiftKey || key.isComposing || !key.target.matches("textarea")) return;
      key.preventDefault();
      key.target.parentElement.querySelector("button").click();
    });
  }

  function rate(button) {
    rated = button.closest(".turn").id;
  }

  /** The comment goes along. Its box may close now, so the focus goes to the thumb above it. */
  function comment(button, data) {
    const rating = button.closest(".rating");
    data.text = rating.querySelector("textarea").value;
    rating.querySelector('[aria-pressed="true"]')?.focus();
  }

  /** A citation was pressed. True when the panel holds another turn's sources and the server must be asked. */
  function choose(button, data) {
    wanted = data.cite;
    opener = button;
    if (document.querySelector("#panel .panel")?.dataset.turn !== data.turn) return true;
    reveal();
    return false;
  }

  /** Bring the wanted citation's card and quote into view, outlined for a moment. */
  function reveal() {
    const card = document.querySelector(`#panel .card[data-cites~="${wanted}"]`);
    wanted = null;
    if (!card) return;
    const cite = opener?.dataset.cite;
    document.body.classList.add("sources-open");
    card.focus({ preventScroll: true });
    const mark = [...card.querySelectorAll(`mark[data-cite="${cite}"]`)].find((each) => each.offsetParent);
    (mark ?? card).scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    card.classList.remove("pointed");
    requestAnimationFrame(() => card.classList.add("pointed"));
  }

  function closeDrawer() {
    if (!document.body.classList.contains("sources-open")) return;
    document.body.classList.remove("sources-open");
    if (narrow()) opener?.focus();
  }

  function panel(element, watch) {
    watch("value", () => wanted && reveal());
    element.addEventListener("click", (click) => click.target.closest("[data-close]") && closeDrawer());
    element.addEventListener(
      "toggle",
      (toggle) => {
        const mark = toggle.target.closest(".card")?.querySelectorAll("mark") ?? [];
        [...mark].find((each) => each.offsetParent)?.scrollIntoView({ block: "center" });
      },
      true,
    );
    document.addEventListener("keydown", (key) => key.key === "Escape" && closeDrawer());
    follow(document.getElementById("scroll"));
  }

  /** A new turn is scrolled to and kept at the top while it grows, until the reader scrolls. */
  function follow(scroller) {
    let last = null;
    let held = false;
    for (const gesture of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      scroller.addEventListener(gesture, () => (held = true), { passive: true });
    }
    new MutationObserver(() => {
      const turn = [...scroller.querySelectorAll(".turn")].at(-1);
      if (turn && turn.id !== last) held = false;
      last = turn?.id;
      const past = turn && turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      if (turn && !held) scroller.scrollTop += past - 16;
    }).observe(scroller, { childList: true, subtree: true, characterData: true });
  }

  function top(element, trigger, watch) {
    const speak = () => {
      document.documentElement.lang = element.querySelector("[data-page-language]").dataset.pageLanguage;
    };
    speak();
    watch("value", speak);
    element.addEventListener("click", (click) => {
      const language = click.target.closest("[data-language]")?.dataset.language;
      if (language) document.cookie = `belegt_language=${language}; path=/; max-age=31536000; samesite=strict`;
    });
    // The pressed button gives way to another one; where no keyboard on the screen is in the way, go on typing.
    document.addEventListener("click", (click) => {
      if (!narrow() && click.target.closest("#ask, #stop, .new, .example, .off")) {
        document.querySelector("#question textarea").focus();
      }
    });
    forward(element, trigger);
  }

  return { forward, history, panel, top };
})();
