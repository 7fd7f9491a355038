// The theme follows the system until the button is pressed; the choice is kept
// where the browser lets a page from disk keep anything.
(function () {
  "use strict";
  var root = document.documentElement;
  var button = document.getElementById("theme");
  var system = matchMedia("(prefers-color-scheme: dark)");
  root.classList.add("script");

  function stored() {
    try { return localStorage.getItem("leaktop-theme"); } catch (e) { return null; }
  }
  function current() { return root.dataset.theme || (system.matches ? "dark" : "light"); }
  function show() { button.textContent = current() === "dark" ? "☀ light" : "☾ dark"; }

  if (stored() === "dark" || stored() === "light") root.dataset.theme = stored();
  button.addEventListener("click", function () {
    root.dataset.theme = current() === "dark" ? "light" : "dark";
    try { localStorage.setItem("leaktop-theme", root.dataset.theme); } catch (e) { /* not kept */ }
    show();
  });
  system.addEventListener("change", show);
  show();

  // On paper everything is open.
  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("#findings details:not([open])"));
    closed.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (d) { d.open = false; });
  });
})();
