/* The library in the browser: sends files one after another, tells the server what is searched for, looks at the jobs. */
window.belegt.library ??= (() => {
  const POLL = 700; // milliseconds between two looks at a job
  const TYPING = 250; // milliseconds without a key before a search
  let opener = null; // the button that opened the article

  const values = (form) => Object.fromEntries(new FormData(form));

  function tools(element, trigger) {
    let timer = 0;
    let sent = "";
    const search = () => {
      clearTimeout(timer);
      const form = element.querySelector("form");
      const data = values(form);
      if (JSON.stringify(data) === sent) return;
      sent = JSON.stringify(data);
      trigger("search", data);
    };
    element.addEventListener("input", (input) => {
      clearTimeout(timer);
      timer = setTimeout(search, input.target.matches("select") ? 0 : TYPING);
    });
    element.addEventListener("submit", (submit) => {
      submit.preventDefault();
      search();
    });
  }

  function adding(element, trigger) {
    element.addEventListener("click", (click) => {
      if (click.target.closest("[data-choose]")) element.querySelector("input[type=file]").click();
    });
    element.addEventListener("change", (change) => {
      if (!change.target.matches("input[type=file]")) return;
      send(element, [...change.target.files], trigger);
      change.target.value = "";
    });
    element.addEventListener("submit", (submit) => {
      submit.preventDefault();
      const form = submit.target;
      trigger(form.dataset.way === "url" ? "fetch" : "paste", values(form));
      form.reset();
    });
    for (const kind of ["dragover", "dragleave", "drop"]) {
      element.addEventListener(kind, (drag) => {
        const zone = drag.target.closest(".drop");
        if (!zone) return;
        drag.preventDefault();
        zone.classList.toggle("over", kind === "dragover");
        if (kind === "drop") send(element, [...drag.dataTransfer.files], trigger);
      });
    }
  }

  /** Sends files one by one, then has those that arrived read together. What the server refuses is listed with its reason. */
  async function send(element, files, trigger) {
    const told = element.querySelector(".sending");
    const refused = element.querySelector(".refused");
    const tokens = [];
    refused.replaceChildren();
    for (const [at, file] of files.entries()) {
      told.textContent = told.dataset.text.replace("{done}", at + 1).replace("{total}", files.length);
      let answer;
      try {
        const address = `${element.querySelector("[data-address]").dataset.address}?name=${encodeURIComponent(file.name)}`;
        answer = await (await fetch(address, { method: "POST", body: file })).json();
      } catch (error) {
        answer = { error: `${file.name}: ${error.message}` };
      }
      if (answer.token) tokens.push(answer.token);
      else refused.append(Object.assign(document.createElement("li"), { textContent: answer.error }));
    }
    told.textContent = "";
    if (tokens.length) trigger("read", { tokens });
  }

  /** Looks again and again as long as something is being done, or has been done that the page does not show yet. */
  function jobs(element, trigger) {
    list(element, trigger);
    setInterval(() => element.querySelector("[data-working]") && trigger("poll", {}), POLL);
  }

  function list(element, trigger, watch) {
    element.addEventListener("click", (click) => {
      const button = click.target.closest('[data-event="open"]');
      if (button) opener = button;
    });
    belegt.forward(element, trigger);
    // Other articles are shown from their beginning.
    let first = null;
    watch?.("value", () => {
      const now = element.querySelector(".paging span")?.textContent;
      if (now && first && now !== first) element.scrollIntoView({ block: "start" });
      first = now ?? first;
    });
  }

  function article(element, trigger, watch) {
    belegt.forward(element, trigger);
    let shown = null;
    watch("value", () => {
      const article = element.querySelector(".article");
      const now = article && (article.dataset.row ?? "gone");
      const confirm = element.querySelector(".confirm .quiet");
      if (now && now !== shown) {
        document.getElementById("reading").scrollTop = 0;
        element.querySelector("h2").focus({ preventScroll: true });
        const mark = element.querySelector("mark");
        mark?.scrollIntoView({ block: "center" });
      } else if (confirm) {
        confirm.scrollIntoView({ block: "nearest" });
        confirm.focus();
      }
      if (!now && shown) (opener?.isConnected ? opener : document.querySelector("#search-words"))?.focus();
      shown = now;
    });
    document.addEventListener("keydown", (key) => {
      if (key.key === "Escape" && element.querySelector(".article")) trigger("shut", {});
    });
  }

  return { tools, adding, jobs, list, article };
})();
