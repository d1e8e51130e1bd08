/* The chat in the browser: citations and their articles, text that grows, the drawers of a narrow screen. */
Object.assign(window.belegt, (() => {
  const { calm, narrow, forward } = window.belegt;
  const find = (selector) => document.querySelector(selector);
  let wanted = null; // the citation to show once the panel has its turn, and that turn
  let opener = null; // what had the focus before a drawer opened
  let rated = null; // the turn whose thumb was pressed last
  let unfolded = new WeakSet(); // what the reader opened: drawing anew would fold it
  let scrolled = { last: null, held: false }; // the newest turn, and whether the reader has scrolled since

  /** The conversation. */
  function history(element, trigger, watch) {
    forward(element, trigger, { show: choose, rate: (button) => void (rated = button.closest(".turn").id), comment, edit, copy });
    element.addEventListener("click", (click) => {
      const details = click.target.closest("summary")?.parentElement;
      if (details?.open) unfolded.delete(details);
      else if (details) unfolded.add(details);
    });
    new MutationObserver((changes) => {
      for (const { target } of changes) target.open ||= unfolded.has(target);
    }).observe(element, { attributes: true, attributeFilter: ["open"], subtree: true });
    watch("value", () => {
      find(`#${rated} .comment`)?.scrollIntoView({ block: "nearest" });
      rated = null;
    });
    element.addEventListener("keydown", (key) => {
      if (key.key !== "Enter" || key.shiftKey || key.isComposing || !key.target.matches("textarea")) return;
      key.preventDefault();
      key.target.parentElement.querySelector("button").click();
    });
    document.addEventListener("keydown", (key) => {
      const step = { j: 1, k: -1 }[key.key];
      if (!step || key.ctrlKey || key.metaKey || key.altKey || key.target.closest("input, textarea, select")) return;
      walk(step);
    });
    // The pressed button gives way to another one; where no keyboard on the screen is in the way, go on typing.
    document.addEventListener("click", (click) => {
      if (!narrow() && click.target.closest("#ask, #stop, .new, .example, .off, .further button, .retry")) typing();
    });
  }

  const typing = () => find("#question textarea")?.focus();

  /** The next citation in the conversation, or the one before; while an article is open, it is turned to as well. */
  function walk(step) {
    const chips = [...document.querySelectorAll('#history [data-event="show"].chip')];
    if (!chips.length) return;
    const at = chips.indexOf(document.activeElement) >= 0 ? document.activeElement : opener;
    const from = chips.indexOf(at);
    const next = chips[from < 0 ? (step > 0 ? 0 : chips.length - 1) : Math.min(Math.max(from + step, 0), chips.length - 1)];
    next.focus();
    if (document.body.classList.contains("sources-open")) next.click();
  }

  /** The comment goes along. Its box may close now, so the focus goes to the thumb above it. */
  function comment(button, data) {
    const rating = button.closest(".rating");
    data.text = rating.querySelector("textarea").value;
    rating.querySelector('[aria-pressed="true"]')?.focus();
  }

  /** The question goes back into the box, to be changed and sent again. */
  function edit(button, data) {
    const box = find("#question textarea");
    box.value = data.question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
    return false;
  }

  function copy(button, data) {
    const done = () => {
      find("#announcer [role=status]").textContent = data.done;
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 2000);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(data.text).then(done);
    else { // plain http from another computer
      const area = Object.assign(document.createElement("textarea"), { value: data.text });
      document.body.append(area);
      area.select();
      if (document.execCommand("copy")) done();
      area.remove();
    }
    return false;
  }

  /** A citation was pressed. True when the panel holds another turn's sources and the server must be asked. */
  function choose(button, data) {
    wanted = data;
    opener = button;
    return !reveal();
  }

  /** Open the wanted citation's article at its quote, outlined for a moment; false while the panel shows another turn. */
  function reveal() {
    if (find("#panel .panel")?.dataset.turn !== wanted.turn) return false;
    const { cite } = wanted;
    const card = find(`#panel .card[data-cites~="${cite}"]`);
    wanted = null;
    if (!card) return true;
    document.body.classList.add("sources-open");
    for (const whole of document.querySelectorAll("#panel .whole")) whole.open = card.contains(whole);
    for (const mark of document.querySelectorAll("#panel mark")) mark.classList.toggle("now", mark.dataset.cite === cite && card.contains(mark));
    card.focus({ preventScroll: true });
    const mark = [...card.querySelectorAll("mark.now")].find((each) => each.offsetParent);
    (mark ?? card).scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    card.classList.remove("pointed");
    requestAnimationFrame(() => card.classList.add("pointed"));
    return true;
  }

  /** Close what lies open: a drawer, or the article beside the chat; the focus goes back to what opened it. */
  function close() {
    const open = ["sources-open", "side-open"].filter((name) => document.body.classList.contains(name));
    document.body.classList.remove(...open);
    for (const whole of document.querySelectorAll("#panel .whole")) whole.open = false;
    if (open.length && opener?.isConnected) opener.focus();
  }

  function panel(element, watch) {
    const shown = () => element.querySelector(".panel").dataset.turn;
    let before = shown();
    watch("value", () => {
      if (shown() !== before) find("#sources").scrollTop = 0;
      before = shown();
      if (wanted) reveal();
    });
    element.addEventListener(
      "toggle",
      (toggle) => {
        const mark = toggle.target.closest(".card")?.querySelectorAll("mark") ?? [];
        if (toggle.target.contains(document.activeElement)) [...mark].find((each) => each.offsetParent)?.scrollIntoView({ block: "center" });
      },
      true,
    );
    document.addEventListener("click", (click) => click.target.closest("[data-close]") && close());
    document.addEventListener("keydown", (key) => key.key === "Escape" && close());
    follow(find("#scroll"));
  }

  /** A new turn is scrolled to and kept at the top while it grows, until the reader scrolls. */
  function follow(scroller) {
    for (const gesture of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      scroller.addEventListener(gesture, () => (scrolled.held = true), { passive: true });
    }
    new MutationObserver(() => {
      const turn = [...scroller.querySelectorAll(".turn")].at(-1);
      if (turn && turn.id !== scrolled.last) scrolled.held = false;
      scrolled.last = turn?.id;
      const past = turn && turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      if (turn && !scrolled.held) scroller.scrollTop += past - 16;
    }).observe(scroller, { childList: true, subtree: true });
  }

  /** Text that grows. The server sends its last stretch and where that begins; what is new of it is appended. */
  function stream(element, watch) {
    let prose = null;
    let length = 0;
    watch("value", () => {
      const sent = element.querySelector("[data-from]");
      if (!sent || sent.dataset.turn !== prose?.dataset.turn) {
        prose?.remove();
        prose = null;
      }
      if (!sent) return;
      const steps = find("#live .steps");
      const now = element.querySelector("ol");
      if (steps && steps.innerHTML !== now.outerHTML) steps.replaceChildren(now.cloneNode(true));
      if (!prose) {
        prose = Object.assign(document.createElement("div"), { className: "prose growing" });
        prose.dataset.turn = sent.dataset.turn;
        prose.append(document.createElement("p"));
        length = 0;
      }
      if (!prose.isConnected) find("#live .growth")?.append(prose);
      const from = Number(sent.dataset.from);
      const fresh = sent.textContent.slice(Math.max(0, length - from));
      length = Math.max(length, from + sent.textContent.length);
      for (const part of fresh.split(/(\[\d{1,3}\]\s*|\n+)/)) append(prose, part, sent.dataset.quotes);
    });
  }

  /** A piece of growing text: a marker looks like a chip but leads nowhere yet; each of several quotes is a paragraph. */
  function append(prose, part, quotes) {
    const marker = /^\[\d+\]/.exec(part);
    const last = prose.lastElementChild;
    const begun = last.dataset.over && part.trim() && !marker;
    const paragraph = begun ? prose.appendChild(document.createElement("p")) : last;
    if (marker) {
      paragraph.append("\u00a0", Object.assign(document.createElement("span"), { className: "chip", textContent: marker[0] }));
      if (quotes) paragraph.dataset.over = "yes";
    } else if (/^\n\s*\n/.test(part)) paragraph.dataset.over = "yes";
    else paragraph.append(part);
  }

  function bar(element, trigger) {
    forward(element, trigger, { print: () => (window.print(), false) });
    element.addEventListener("click", (click) => {
      const drawer = click.target.closest("[data-drawer]");
      if (!drawer) return;
      opener = drawer;
      document.body.classList.add(`${drawer.dataset.drawer}-open`);
      find(`#${drawer.dataset.drawer} :is(input, a, button)`)?.focus();
    });
  }

  /** What is sent as a file: the server has written it, the browser only saves it. */
  function courier(element, watch) {
    watch("value", () => {
      const file = element.querySelector("[data-file]");
      if (!file) return;
      const url = URL.createObjectURL(new Blob([file.textContent], { type: "text/markdown" }));
      Object.assign(document.createElement("a"), { href: url, download: file.dataset.file }).click();
      URL.revokeObjectURL(url);
    });
  }

  function finder(element, trigger) {
    let later = 0;
    forward(element, trigger, { fresh: () => void document.body.classList.remove("side-open") });
    element.addEventListener("input", (input) => {
      clearTimeout(later);
      later = setTimeout(() => trigger("find", { words: input.target.value }), 250);
    });
  }

  /** The kept conversations. The page's address names the one that is shown, so that a reload finds it. */
  function list(element, trigger, watch) {
    const shown = () => element.querySelector("[data-conversation]").dataset.conversation;
    let before = shown();
    const turned = () => {
      const now = shown();
      if (now === before) return;
      before = now;
      unfolded = new WeakSet();
      scrolled = { last: null, held: false };
      window.history.replaceState(null, "", now ? `?c=${now}` : location.pathname);
    };
    watch("value", turned);
    forward(element, trigger, {
      open: () => void document.body.classList.remove("side-open"),
      rename: (button, data) => {
        const details = button.closest("details");
        data.title = details.querySelector("input").value;
        details.open = false;
        details.querySelector("summary").focus();
      },
      remove: (button) => {
        button.closest("details").open = false;
        find("#finder input").focus();
      },
    });
    element.addEventListener("keydown", (key) => {
      if (key.key === "Enter" && key.target.matches("input")) key.target.closest("div").querySelector("button").click();
      const details = key.key === "Escape" && key.target.closest("details[open]");
      if (!details) return;
      key.stopPropagation();
      details.open = false;
      details.querySelector("summary").focus();
    });
    element.addEventListener("toggle", (toggle) => { // one at a time
      if (!toggle.target.open) return;
      for (const other of element.querySelectorAll("details[open]")) other.open = other === toggle.target;
      toggle.target.querySelector("input").select();
    }, true);
  }

  /** Where is looked: the fields go along when the filter is set, and follow when a chip takes a part of it away. */
  function filters(element, trigger, watch) {
    const fields = () => [...element.querySelectorAll("input")];
    watch("value", () => {
      for (const field of fields()) {
        if (field.type === "checkbox") field.checked = field.hasAttribute("checked");
        else field.value = field.getAttribute("value") ?? "";
      }
    });
    const set = (button, data) => {
      for (const field of fields()) {
        if (field.type === "date") data[field.name] = field.value;
        else if (field.checked) (data[field.name] ??= []).push(field.value);
      }
      fold();
    };
    const fold = () => {
      const details = element.querySelector("details");
      details.open = false;
      details.querySelector("summary").focus();
    };
    forward(element, trigger, { filter: set });
    document.addEventListener("click", (click) => {
      const details = element.querySelector("details[open]");
      if (details && !element.contains(click.target)) details.open = false;
    });
    element.addEventListener("focusout", (focus) => {
      if (focus.relatedTarget && !element.contains(focus.relatedTarget)) element.querySelector("details").open = false;
    });
    element.addEventListener("keydown", (key) => {
      if (key.key === "Escape" && element.querySelector("details[open]")) {
        key.stopPropagation();
        fold();
      } else if (key.key === "Enter" && key.target.matches("input")) element.querySelector('[data-event="filter"]').click();
    });
  }

  return { history, panel, stream, bar, courier, finder, list, filters };
})());
