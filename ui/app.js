/* What every page does in the browser: reports button presses to the server, and tells the browser its language. */
window.belegt ??= (() => {
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => matchMedia("(max-width: 900px)").matches;

  /** Every button or link with data-event inside `element` triggers that event, with its other data- values.
      `prepare[event](button, data)` may add to these first, or return false where there is nothing to report. */
  function forward(element, trigger, prepare = {}) {
    element.addEventListener("click", (click) => {
      const button = click.target.closest("[data-event]");
      if (!button || click.ctrlKey || click.metaKey || click.shiftKey) return;
      if (button.matches("a")) click.preventDefault();
      const data = { ...button.dataset };
      if (prepare[data.event]?.(button, data) !== false) trigger(data.event, data);
    });
  }

  function top(element, trigger, watch) {
    const speak = () => {
      document.documentElement.lang = element.querySelector("[data-page-language]").dataset.pageLanguage;
    };
    speak();
    watch("value", speak);
    nudge = () => trigger("nudge", {});
    forward(element, trigger, {
      language: (button) => {
        document.cookie = `belegt_language=${button.dataset.language}; path=/; max-age=31536000; samesite=strict`;
      },
    });
  }

  /* gradio closes its stream of updates when nothing is at work. What is sent in the moment before the browser hears of
     that finds no stream to tell of it, and shows nothing until something else is sent: so something else is. */
  let streams = 0; // under way
  let nudge = () => {};

  async function follow(answer) {
    try {
      const reader = answer.clone().body.getReader();
      while (!(await reader.read()).done);
    } catch {
      // cut off, by the browser or on the way: it is over
    }
  }

  /* Where there is a login and it has run out, anything the page asks for leads back to it. */
  const ask = window.fetch;
  window.fetch = async (...asked) => {
    const { pathname } = new URL(asked[0]?.url ?? asked[0], location);
    const stream = pathname.endsWith("/queue/data");
    streams += stream;
    try {
      const answer = await ask(...asked);
      if (answer.status === 401 && answer.headers.has("x-belegt-login")) {
        location.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
      }
      if (stream && answer.body) {
        streams += 1;
        follow(answer).then(() => (streams -= 1));
      }
      if (pathname.endsWith("/queue/join")) setTimeout(() => streams || nudge(), 1000);
      return answer;
    } finally {
      streams -= stream;
    }
  };

  return { calm, narrow, forward, top };
})();
