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
     that finds no stream to tell of it, and shows nothing until something else is sent: so something else is, once. */
  let streams = 0; // under way
  let nudge = () => {};
  const halves = new Set(); // ids of what was sent and is not told to be done; rarely of what is, before it is told to be sent
  const nudged = new Set(); // those of them for which something else was sent: once is enough
  const half = (id) => void (halves.delete(id) || halves.add(id));

  async function sent(answer) {
    half((await answer.clone().json()).event_id);
    setTimeout(look, 1000);
  }

  function look() {
    const lost = [...halves].filter((id) => !nudged.has(id));
    if (streams || !lost.length) return;
    for (const id of lost) nudged.add(id);
    nudge();
  }

  async function follow(answer) {
    streams += 1;
    let text = "";
    try {
      for (const reader = answer.clone().body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        const lines = (text + value).split("\n");
        text = lines.pop();
        for (const line of lines) if (line.includes('"process_completed"')) half(JSON.parse(line.slice("data:".length)).event_id);
      }
    } catch {
      // cut off, by the browser or on the way: it is over
    }
    streams -= 1;
    setTimeout(look, 1000);
  }

  /* Where there is a login and it has run out, anything the page asks for leads back to it. */
  const ask = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await ask(...asked);
    if (answer.status === 401 && answer.headers.has("x-belegt-login")) {
      location.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
    }
    const { pathname } = new URL(asked[0]?.url ?? asked[0], location);
    if (answer.ok && pathname.endsWith("/queue/join")) sent(answer);
    if (answer.ok && pathname.endsWith("/queue/data")) follow(answer);
    return answer;
  };

  return { calm, narrow, forward, top };
})();
