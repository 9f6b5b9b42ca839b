// The demo request: checks what was typed and says that this demonstration sends nothing. The
// newsletter box is a question of its own; it is neither ticked nor implied here.

(() => {
  const form = document.getElementById("demo-request");
  const problems = document.getElementById("problems");
  const outcome = document.getElementById("outcome");

  const checks = {
    name: (value) => (value ? "" : "Please tell us your name."),
    email: (value) => {
      if (!value) return "Please give an address we can answer to.";
      return form.elements.email.validity.valid && /@[^@]+\.[^@.]+$/.test(value)
        ? ""
        : "This does not look like an e-mail address, such as ada@example.com.";
    },
    people: (value) => (value ? "" : "Please choose how many people answer calls."),
  };

  const show = (name, text) => {
    document.getElementById(`${name}-problem`).textContent = text;
    if (text) form.elements[name].setAttribute("aria-invalid", "true");
    else form.elements[name].removeAttribute("aria-invalid");
  };

  const check = (name) => {
    const text = checks[name](form.elements[name].value.trim());
    show(name, text);
    return text;
  };

  const summarise = (found) => {
    const title = document.createElement("h2");
    title.textContent =
      found.length === 1
        ? "One field needs another look"
        : `${found.length} fields need another look`;
    const list = document.createElement("ul");
    for (const { name, text } of found) {
      const link = document.createElement("a");
      link.href = `#${name}`;
      link.textContent = text;
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    problems.replaceChildren(title, list);
    problems.hidden = false;
    problems.focus();
  };

  // That a form was used, within the visit that analytics.js counts; nothing of its content.
  const count = () => {
    const session = /(?:^|; )_dpa_session=([\w-]{22})/.exec(document.cookie)?.[1];
    if (session && window.consent?.allows("analytics")) {
      window.consent.track({ type: "form_submit", session });
    }
  };

  const finish = () => {
    const firstName = form.elements.name.value.trim().split(/\s+/)[0];
    document.getElementById("outcome-title").textContent =
      `Thank you, ${firstName}. Nothing was sent.`;
    document.getElementById("outcome-text").textContent =
      "This site is a demonstration: what you typed stays in this page and is not kept. " +
      "On a real site somebody would now write to you to find a time.";
    document.getElementById("outcome-newsletter").textContent = form.elements.newsletter.checked
      ? "You ticked the newsletter: you would get one message first, asking you to confirm that."
      : "You did not tick the newsletter, so you would get none.";
    form.hidden = true;
    problems.hidden = true;
    outcome.hidden = false;
    outcome.focus();
    count();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const found = Object.keys(checks)
      .map((name) => ({ name, text: check(name) }))
      .filter(({ text }) => text);
    if (found.length) summarise(found);
    else finish();
  });

  form.addEventListener("focusout", ({ target }) => {
    if (target.getAttribute("aria-invalid") === "true") check(target.name);
  });

  form.querySelector("button").disabled = false;
})();
