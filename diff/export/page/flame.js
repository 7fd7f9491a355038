// The flame graph: boxes from the entry functions down. The width of one is
// what its function holds now, or held before, its colour how that changed.
(function () {
  "use strict";
  var graph = document.getElementById("flame-graph");
  if (!graph) return;
  var flames = JSON.parse(document.getElementById("data").textContent);
  var about = document.getElementById("flame-about");
  var of = document.getElementById("flame-of");
  var search = document.getElementById("flame-search");
  var matches = document.getElementById("flame-matches");
  var least = document.getElementById("flame-least");
  var rowHeight = 22;
  var narrowest = 1; // pixels: what is narrower is not drawn
  var root, unit, zoomed, selected, boxes = [];

  flames.flames.forEach(function (f, i) {
    var option = document.createElement("option");
    option.value = i;
    option.textContent = f.title;
    of.append(option);
  });
  of.value = flames.chosen;

  // build makes a tree of the flat nodes, in which parents stand before children.
  function build(flame) {
    var path = [];
    flame.nodes.forEach(function (n) {
      var node = {
        depth: n[0], name: flame.names[n[1]], place: flame.names[n[2]],
        before: n[3], after: n[4], stderr: n[5], heat: n[6], parent: n[0] > 0 ? path[n[0] - 1] : null, children: []
      };
      if (node.parent) node.parent.children.push(node);
      path[node.depth] = node;
    });
    return path[0];
  }

  function width() { return document.querySelector("input[name=width]:checked").value; }
  function held(node) { return Math.max(0, node[width()]); }

  function choose() {
    var flame = flames.flames[Number(of.value)];
    root = build(flame);
    unit = flame.unit;
    least.textContent = flame.least > 0 ? "What is less than " + (100 * flame.least).toPrecision(1) + " % of all is left out." : "";
    zoom(root);
  }

  function zoom(node) {
    zoomed = selected = node;
    draw();
  }

  // lay gives each box its place: those that lead to the zoomed one fill the
  // width, and what is below it shares it out.
  function lay(total) {
    boxes = [];
    for (var up = zoomed.parent; up; up = up.parent) boxes.push({ node: up, x: 0, w: total, parent: true });
    (function place(node, x, w) {
      boxes.push({ node: node, x: x, w: w });
      var sum = 0;
      node.children.forEach(function (c) { sum += held(c); });
      var whole = Math.max(sum, held(node));
      if (whole <= 0) return;
      node.children.forEach(function (c) {
        var share = w * held(c) / whole;
        if (share >= narrowest) place(c, x, share);
        x += share;
      });
    })(zoomed, 0, total);
  }

  function draw() {
    var term = search.value.trim().toLowerCase();
    var hadFocus = graph.contains(document.activeElement);
    lay(graph.clientWidth);
    var deepest = 0;
    var drawn = document.createDocumentFragment();
    boxes.forEach(function (b) {
      var n = b.node, box = document.createElement("div");
      deepest = Math.max(deepest, n.depth);
      box.className = "box h" + n.heat + (b.parent ? " parent" : "") + (b.w < 24 ? " tight" : "") + (term && fits(n, term) ? " match" : "");
      box.style.left = b.x + "px";
      box.style.top = n.depth * rowHeight + "px";
      box.style.width = b.w + "px";
      box.textContent = b.w < 24 ? "" : label(n.name, b.w);
      box.title = n.name + (n.place ? "\n" + n.place : "") + "\n" + figures(n);
      box.tabIndex = n === selected ? 0 : -1;
      box.setAttribute("role", "treeitem");
      box.setAttribute("aria-level", n.depth + 1);
      box.setAttribute("aria-label", n.name + ", " + figures(n));
      box.addEventListener("click", function () { zoom(n); });
      box.addEventListener("pointermove", function (event) {
        // A box that was drawn anew under a pointer that rests is not meant.
        if (event.movementX || event.movementY) tell(n);
      });
      box.addEventListener("focus", function () { selected = n; tell(n); });
      b.box = box;
      drawn.append(box);
    });
    graph.replaceChildren(drawn);
    graph.style.height = (deepest + 1) * rowHeight + 2 + "px";
    graph.classList.toggle("searching", term !== "");
    count(term);
    tell(selected);
    if (hadFocus) focus(selected);
  }

  // label leaves out the path of a package where there is no room for it.
  function label(name, room) {
    if (name.length * 7.3 <= room) return name;
    var generic = name.indexOf("[");
    var head = generic < 0 ? name : name.slice(0, generic);
    return name.slice(head.lastIndexOf("/") + 1);
  }

  function fits(node, term) {
    return node.name.toLowerCase().includes(term) || node.place.toLowerCase().includes(term);
  }

  // count says how many functions of the whole graph match, and how much they
  // hold; what stands below a match is not counted twice.
  function count(term) {
    if (!term) {
      matches.textContent = "";
      return;
    }
    var number = 0, sum = 0;
    (function walk(node, within) {
      var fit = fits(node, term);
      if (fit) number++;
      if (fit && !within) sum += held(node);
      node.children.forEach(function (c) { walk(c, within || fit); });
    })(root, false);
    matches.textContent = number + (number === 1 ? " match" : " matches") + (number > 0 ? ", " + leaktop.percent(sum, held(root)) + " of the width" : "");
  }

  function figures(n) {
    if (flames.alone) return leaktop.format(n.after, unit);
    var delta = n.after - n.before;
    var text = leaktop.format(n.before, unit) + " → " + leaktop.format(n.after, unit) + ", " + leaktop.signed(delta, unit);
    if (n.stderr > 0) text += " ± " + leaktop.format(n.stderr, unit);
    if (n.stderr < 0) text += " ± ?";
    return text;
  }

  function tell(n) {
    var name = document.createElement("span"), place = document.createElement("span");
    name.className = "function";
    place.className = "place";
    name.textContent = n.name;
    place.textContent = n.place;
    about.replaceChildren(name, " ", place, document.createElement("br"), figures(n) + "; " + leaktop.percent(held(n), held(root)) + " of all" +
      (held(root) > 0 ? "" : ", of which nothing is held " + (width() === "after" ? "now" : "before")));
  }

  function focus(node) {
    var at = boxes.find(function (b) { return b.node === node; });
    if (!at) return;
    boxes.forEach(function (b) { b.box.tabIndex = b === at ? 0 : -1; });
    at.box.focus();
  }

  // go moves the selection along a row, or to the widest box below.
  function go(key) {
    var drawn = boxes.filter(function (b) { return b.node.depth === selected.depth; });
    var here = drawn.findIndex(function (b) { return b.node === selected; });
    switch (key) {
      case "ArrowUp": return selected.parent;
      case "ArrowLeft": return here > 0 ? drawn[here - 1].node : null;
      case "ArrowRight": return here + 1 < drawn.length ? drawn[here + 1].node : null;
      case "Home": return root;
      case "ArrowDown":
        var below = boxes.filter(function (b) { return b.node.parent === selected; });
        below.sort(function (a, b) { return b.w - a.w; });
        return below.length ? below[0].node : null;
    }
    return null;
  }

  graph.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") zoom(selected);
    else if (event.key === "Escape" || event.key === "Backspace") zoom(zoomed.parent || root);
    else {
      var to = go(event.key);
      if (!to) return;
      focus(to);
    }
    event.preventDefault();
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "radio";
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    search.focus();
    event.preventDefault();
  });
  graph.addEventListener("pointerleave", function () { tell(selected); });
  search.addEventListener("input", draw);
  search.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    search.value = "";
    draw();
  });
  document.getElementById("flame-reset").addEventListener("click", function () {
    search.value = "";
    zoom(root);
  });
  document.querySelectorAll("input[name=width]").forEach(function (radio) { radio.addEventListener("change", draw); });
  of.addEventListener("change", choose);
  addEventListener("resize", draw);
  document.documentElement.classList.add("script"); // or it has no width yet
  choose();
})();
