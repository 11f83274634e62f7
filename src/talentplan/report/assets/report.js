/* Language switch and charts. Without it the page still shows every table. */
(function () {
  "use strict";
  var root = document.documentElement;
  var drawn = {};
  var read = {};
  var tones = {
    main: "#0b5a8f", quiet: "#8793a3", limit: "#a3241f",
    level0: "#7fb2d6", level1: "#0b5a8f", level2: "#d98e2b", level3: "#5b3f8c", level4: "#3c7a56"
  };
  var FLOW = ["#0b5a8f", "#3f8f8a", "#d98e2b", "#5b3f8c", "#8a6d3b", "#4b7ab8", "#3c7a56", "#a05a7a", "#1f3a5f", "#b8860b", "#6b8e23", "#7a4a3a"];

  function charts(lang) {
    read[lang] = read[lang] || JSON.parse(document.getElementById("charts-" + lang).textContent);
    return read[lang];
  }
  function count(value) {
    var places = Math.abs(value) < 100 && value % 1 ? 1 : 0;
    return Number(value).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  }
  function font(lang) {
    return getComputedStyle(document.querySelector(".face-" + lang)).fontFamily;
  }

  /* Lines that the legend takes at this width; a Chinese character is as wide as two letters. */
  function legendLines(chart, width) {
    var lines = 1;
    var used = 0;
    chart.series.forEach(function (s) {
      var wide = 34 + 6.4 * s.name.replace(/[^\x00-\x7f]/g, "xx").length;
      if (used + wide > width && used > 0) { lines += 1; used = 0; }
      used += wide;
    });
    return lines;
  }

  function bars(chart, width) {
    return {
      animation: false,
      grid: { left: 8, right: 12, top: 26 + 20 * legendLines(chart, width), bottom: 4, containLabel: true },
      legend: { top: 4, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: "#17212e" } },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: function (v) { return v === null || v === undefined ? "–" : count(v); } },
      xAxis: { type: "category", data: chart.categories, axisTick: { show: false }, axisLabel: { color: "#4d5a6b" }, axisLine: { lineStyle: { color: "#8793a3" } } },
      yAxis: { type: "value", axisLabel: { color: "#4d5a6b", formatter: count }, splitLine: { lineStyle: { color: "#e3e8ee" } } },
      series: chart.series.map(function (s) {
        var color = tones[s.tone];
        return s.line
          ? { name: s.name, type: "line", data: s.data, color: color, symbolSize: 6, lineStyle: { width: 2, type: s.tone === "limit" ? "dashed" : "solid" } }
          : { name: s.name, type: "bar", data: s.data, color: color, stack: s.stack, barMaxWidth: 34, barGap: "8%" };
      })
    };
  }

  function flow(chart, year) {
    var found = chart.years[year];
    var next = 0;
    var total = {};
    found.links.forEach(function (link) {
      total[link.source] = (total[link.source] || 0) + link.value;
    });
    found.links.forEach(function (link) {
      if (!(link.target in total)) { total[link.target] = 0; }
    });
    var arriving = {};
    found.links.forEach(function (link) { arriving[link.target] = (arriving[link.target] || 0) + link.value; });
    return {
      animation: false,
      tooltip: { trigger: "item", valueFormatter: count },
      series: [{
        type: "sankey", left: 4, right: 120, top: 8, bottom: 8, nodeWidth: 14, nodeGap: 14, layoutIterations: 0,
        draggable: false, emphasis: { focus: "adjacency" },
        lineStyle: { color: "source", opacity: 0.32, curveness: 0.5 },
        label: {
          color: "#17212e", fontSize: 12,
          formatter: function (p) { return p.name + "  " + count(Math.round(arriving[p.name] || total[p.name])); }
        },
        data: found.nodes.map(function (node) {
          var color = node.depth === 0 ? FLOW[next++ % FLOW.length] : "#5a6675";
          return { name: node.name, depth: node.depth, itemStyle: { color: color, borderWidth: 0 } };
        }),
        links: found.links
      }]
    };
  }

  function year(lang) {
    return document.getElementById("flow-" + lang).value;
  }

  function option(box, width) {
    var lang = box.dataset.lang;
    var chart = charts(lang)[box.dataset.chart];
    return chart.type === "flow" ? flow(chart, year(lang)) : bars(chart, width);
  }

  function draw(lang) {
    document.querySelectorAll(".chart[data-lang=" + lang + "]").forEach(function (box) {
      var id = lang + box.dataset.chart;
      if (!drawn[id]) { drawn[id] = echarts.init(box, { textStyle: { fontFamily: font(lang) } }, { renderer: "svg" }); }
      drawn[id].resize();
      drawn[id].setOption(option(box, box.clientWidth), true);
    });
    document.querySelectorAll(".face-" + lang + " .flow").forEach(function (part) {
      part.classList.toggle("chosen", part.dataset.year === year(lang));
    });
  }

  function shown() {
    return document.querySelector("input[name=lang]:checked");
  }
  function show() {
    var radio = shown();
    root.dataset.lang = radio.value;
    root.lang = radio.value === "zh" ? "zh-CN" : "en";
    document.title = radio.dataset.title;
    draw(radio.value);
  }
  var printing = false;
  function fit() {
    if (printing) { return; }
    draw(shown().value);
  }

  document.querySelectorAll("input[name=lang]").forEach(function (radio) { radio.addEventListener("change", show); });
  document.querySelectorAll(".choice select").forEach(function (select) {
    select.addEventListener("change", function () { draw(select.dataset.lang); });
  });
  window.addEventListener("resize", fit);
  /* On paper the tables marked so are open, and the charts are as wide as the page. */
  var closed = [];
  window.addEventListener("beforeprint", function () {
    printing = true;
    closed = Array.prototype.slice.call(document.querySelectorAll("details.printed:not([open])"));
    closed.forEach(function (part) { part.open = true; });
    Object.keys(drawn).forEach(function (id) {
      if (id.indexOf(shown().value) !== 0) { return; }
      var box = drawn[id].getDom();
      var width = box.closest(".pair") ? 325 : 680;
      drawn[id].setOption(option(box, width), true);
      drawn[id].resize({ width: width, height: box.classList.contains("tall") ? 420 : 230 });
      drawn[id].getZr().flush();
    });
  });
  window.addEventListener("afterprint", function () {
    printing = false;
    closed.forEach(function (part) { part.open = false; });
    Object.keys(drawn).forEach(function (id) { drawn[id].resize({ width: "auto", height: "auto" }); });
    fit();
  });
  show();
})();
