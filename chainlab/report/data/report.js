
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const marks = { accept: "✓", reject: "✗", unknown: "?" };

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function showStage(stage) {
    for (const input of all(document, ".stages input")) input.checked = input.value === stage;
    for (const part of all(document, ".stage-view")) part.hidden = Boolean(stage) && part.dataset.stage !== stage;
  }

  function setUp(section, number) {
    const states = data.sections[number].states;
    const first = Object.keys(states)[0];
    const facts = section.querySelector(".facts");
    const answers = all(section, ".answer");
    const drawing = section.querySelector(".drawing");
    const picker = section.querySelector(".pick select");
    const clients = all(section, "button.client");
    const certificates = all(section, "[data-certificate]");
    let state = first;
    let client = "";
    let kept = "";

    function showFacts(fingerprint) {
      const certificate = data.certificates[fingerprint];
      if (!facts || !certificate || facts.dataset.shown === fingerprint) return;
      const list = element("dl", undefined, "pairs");
      for (const [name, text] of certificate.facts) list.append(element("dt", name), element("dd", text));
      facts.replaceChildren(element("p", certificate.label, "headline"), list);
      facts.dataset.shown = fingerprint;
    }

    function keep(fingerprint) {
      kept = kept === fingerprint ? "" : fingerprint;
      for (const part of certificates) part.setAttribute("aria-pressed", String(part.dataset.certificate === kept));
      if (kept) showFacts(kept);
    }

    function showAnswer() {
      const [verdict, path, reason, detail] = states[state].clients[client] || [];
      const steps = verdict ? states[state].paths[path] : [];
      const stop = verdict && verdict !== "accept" ? steps[steps.length - 1] : "";
      for (const part of all(section, "svg .certificate")) {
        const on = steps.includes(part.dataset.certificate);
        part.classList.toggle("on-path", on);
        part.classList.toggle("stop", on && part.dataset.certificate === stop);
      }
      for (const button of clients) button.setAttribute("aria-pressed", String(button.dataset.client === client));
      if (picker) picker.value = client;
      for (const answer of answers) {
        const beside = answer.classList.contains("beside");
        answer.className = `answer${beside ? " beside" : ""} ${verdict || ""}`;
        answer.replaceChildren();
        if (beside) answer.hidden = !verdict;
        if (verdict) tell(answer, [verdict, reason, detail], steps, stop);
        if (verdict && beside) {
          const link = element("a", "See it in the graph");
          link.href = `#g${number}`;
          answer.append(" ", link);
        }
      }
      if (verdict) centre(section.querySelector("svg .certificate.stop") || section.querySelector("svg .on-path"));
    }

    function tell(answer, [verdict, reason, detail], steps, stop) {
      const name = picker.selectedOptions[0].textContent;
      const why = states[state].details[detail];
      answer.append(element("strong", `${marks[verdict]} ${name}: ${verdict}${reason ? `, ${reason}` : ""}.`), " ");
      if (why) answer.append(`${why[0].toUpperCase()}${why.slice(1)}. `);
      if (steps.length) {
        const names = steps.map((step) => data.certificates[step].short);
        answer.append(`${stop ? "It gets as far as this" : "Its path"}: ${names.join(" ← ")}. `);
      }
      answer.append(element("span", data.clients[client], "small"));
    }

    function showState() {
      const now = states[state];
      for (const part of all(section, ".state")) part.hidden = part.dataset.state !== state;
      for (const part of all(section, "svg .certificate")) {
        part.classList.toggle("served", now.chain.includes(part.dataset.certificate));
      }
      let accepting = 0;
      for (const button of clients) {
        const verdict = now.clients[button.dataset.client][0];
        const before = states[first].clients[button.dataset.client][0];
        accepting += verdict === "accept" ? 1 : 0;
        button.classList.remove("accept", "reject", "unknown");
        button.classList.add(verdict);
        const unsure = now.uncertain.includes(button.dataset.client);
        button.classList.toggle("changed", verdict !== before);
        button.classList.toggle("unsure", unsure);
        button.querySelector(".mark").textContent = marks[verdict] + (unsure ? "?" : "");
        const change = verdict !== before ? `, before: ${before}` : "";
        button.setAttribute("aria-label", `${button.title}: ${verdict}${unsure ? ", depends on the chain" : ""}${change}`);
      }
      const tally = section.querySelector(".tally");
      if (tally) tally.textContent = `${accepting} of ${clients.length} accept.`;
      for (const input of all(section, ".states input")) input.checked = input.value === state;
      showAnswer();
    }

    function pick(id) {
      client = id === client ? "" : id;
      showAnswer();
    }

    for (const part of certificates) {
      const fingerprint = part.dataset.certificate;
      part.setAttribute("aria-pressed", "false");
      part.addEventListener("mouseenter", () => kept || showFacts(fingerprint));
      part.addEventListener("focus", () => showFacts(fingerprint));
      part.addEventListener("click", () => keep(fingerprint));
      if (part.tagName.toLowerCase() !== "button") {
        part.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          keep(fingerprint);
        });
      }
    }
    clients.forEach((button, index) => {
      button.tabIndex = index ? -1 : 0;
      button.addEventListener("click", () => { rove(index); pick(button.dataset.client); });
    });

    function rove(index) {
      const next = clients[Math.max(0, Math.min(clients.length - 1, index))];
      for (const button of clients) button.tabIndex = button === next ? 0 : -1;
      next.focus();
    }

    const matrix = section.querySelector(".matrix");
    if (matrix) {
      matrix.addEventListener("keydown", (event) => {
        const index = clients.indexOf(event.target);
        if (index < 0) return;
        const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: clients.length - 1,
          ArrowDown: inRow(index, 1), ArrowUp: inRow(index, -1) }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        rove(next);
      });
    }

    function inRow(index, step) {
      const rows = all(matrix, "tbody tr");
      const row = rows[rows.indexOf(clients[index].closest("tr")) + step];
      return row ? clients.indexOf(row.querySelector("button.client")) : index;
    }

    if (picker) {
      picker.closest(".pick").hidden = false;
      picker.addEventListener("change", () => { client = ""; pick(picker.value); });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (kept) keep(kept);
      client = "";
      showAnswer();
    });
    for (const input of all(section, ".states input")) {
      input.addEventListener("change", () => { state = input.value; showState(); stagesTold(); });
    }
    // A drawing may be wider than its frame: bring what matters into view.
    function centre(part) {
      if (!drawing || !part) return;
      const [frame, shown] = [drawing.getBoundingClientRect(), part.getBoundingClientRect()];
      drawing.scrollLeft += shown.left + shown.width / 2 - frame.left - frame.width / 2;
    }

    showState();
    centre(section.querySelector("svg .served"));
    return {
      stage: () => states[state].stage,
      fixed: Object.values(states).every((other) => other.stage === "now"),
      show: (stage) => {
        const found = Object.keys(states).find((id) => states[id].stage === stage);
        if (found) { state = found; showState(); }
      },
    };
  }

  const switches = all(document, "section.target").map(setUp);
  for (const input of all(document, ".stages input")) {
    input.addEventListener("change", () => {
      for (const section of switches) section.show(input.value);
      showStage(input.value);
    });
  }
  showStage("now");
  function stagesTold() {
    const stages = new Set(switches.filter((section) => !section.fixed).map((section) => section.stage()));
    showStage(stages.size === 1 ? [...stages][0].replace("updated", "planned") : "");
  }

  // Outside the sections there is no place for facts beside: a name leads to the certificate's entry below.
  for (const part of all(document, "button.name")) {
    if (part.closest("section.target")) continue;
    part.addEventListener("click", () => {
      const entry = document.getElementById(`c${part.dataset.certificate}`);
      if (!entry) return;
      entry.open = true;
      entry.querySelector("summary").focus();
    });
  }

  // In a frame without an address of its own (srcdoc) a link to a place would lead to the page around it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link || location.protocol !== "about:") return;
    event.preventDefault();
    document.getElementById(link.hash.slice(1))?.scrollIntoView();
  });

  // Paper has no switches: everything is open, and before and after are both there.
  let opened = [];
  let shown = [];
  window.addEventListener("beforeprint", () => {
    opened = all(document, "details:not([open])");
    shown = all(document, ".state[hidden], .stage-view[hidden]");
    for (const part of opened) part.open = true;
    for (const part of shown) part.hidden = false;
  });
  window.addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
    for (const part of shown) part.hidden = true;
  });
})();
