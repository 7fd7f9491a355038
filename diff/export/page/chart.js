// Under a chart stands what its curves were at the pointer.
(function () {
  "use strict";
  var charts = JSON.parse(document.getElementById("data").textContent).charts;
  document.querySelectorAll("svg[data-chart]").forEach(function (svg) {
    var data = charts[Number(svg.dataset.chart)];
    var cross = svg.querySelector(".cross");
    var readout = svg.closest("figure").querySelector(".readout");
    svg.addEventListener("pointermove", function (event) {
      var box = svg.getBoundingClientRect();
      var x = (event.clientX - box.left) / box.width * 920;
      var at = data.from + (x - data.left) / (data.right - data.left) * (data.to - data.from);
      show(nearest(data.times, at));
    });
    svg.addEventListener("pointerleave", function () {
      cross.setAttribute("d", "");
      readout.textContent = " ";
    });
    function show(i) {
      var x = data.left + (data.times[i] - data.from) / (data.to - data.from) * (data.right - data.left);
      cross.setAttribute("d", "M" + x.toFixed(1) + " 14V192");
      readout.textContent = new Date(data.times[i]).toISOString().slice(0, 19).replace("T", " ") + " UTC";
      data.names.forEach(function (name, s) {
        var value = document.createElement("b");
        var v = data.values[s][i];
        value.textContent = v === null ? "?" : leaktop.format(v, data.unit);
        readout.append("   " + name + " ", value);
      });
    }
  });
  function nearest(times, at) {
    var low = 0, high = times.length - 1;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (times[middle] < at) low = middle + 1; else high = middle;
    }
    return low > 0 && at - times[low - 1] < times[low] - at ? low - 1 : low;
  }
})();
