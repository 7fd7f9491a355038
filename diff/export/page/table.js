// Numbers as the rest of the page writes them.
var leaktop = (function () {
  "use strict";
  function bytes(n) {
    var size = Math.abs(n), unit = 0;
    if (size < 1024) return sign(n, Math.round(size) + " B");
    for (size /= 1024; size >= 1023.95 && unit < 5; size /= 1024) unit++;
    return sign(n, size.toFixed(1) + " " + "KMGTPE"[unit] + "iB");
  }
  function count(n) { return sign(n, Math.round(Math.abs(n)).toLocaleString("en-US")); }
  function sign(n, text) { return n < 0 ? "−" + text : text; }
  function format(n, unit) {
    if (unit === "bytes") return bytes(n);
    return count(n) + (unit === "count" || unit === "" ? "" : " " + unit);
  }
  function signed(n, unit) { return (n > 0 ? "+" : "") + format(n, unit); }
  function percent(part, whole) { return whole > 0 ? (100 * part / whole).toFixed(1) + " %" : "–"; }
  return { format: format, signed: signed, percent: percent };
})();

// A head of a column sorts its table: numbers the largest first, names from A
// on, and the other way round when it is pressed again.
(function () {
  "use strict";
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    var body = table.tBodies[0];
    heads.forEach(function (head, column) {
      if (!head.textContent) return;
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", function () { sort(head, column); });
    });
    function sort(head, column) {
      var numeric = head.classList.contains("n");
      var first = numeric ? "descending" : "ascending";
      var second = numeric ? "ascending" : "descending";
      var order = head.getAttribute("aria-sort") === first ? second : first;
      heads.forEach(function (h) { h.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", order);
      var turn = order === "ascending" ? 1 : -1;
      var rows = Array.from(body.rows, function (row, i) {
        var cell = row.cells[column];
        var key = cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent;
        return { row: row, key: numeric ? Number(key) : key, i: i };
      });
      rows.sort(function (a, b) {
        var by = numeric ? a.key - b.key : a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        return turn * by || a.i - b.i;
      });
      body.append.apply(body, rows.map(function (r) { return r.row; }));
    }
  });
})();
