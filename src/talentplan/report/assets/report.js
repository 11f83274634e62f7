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

  /* An interval is drawn as its lower end, unseen, with its width on top. */
  function fan(part) {
    var tints = ["#dbe9f3", "#b5d2e6", "#86b4d4"];
    var series = [];
    part.bands.forEach(function (band, k) {
      var stack = "band" + k;
      var width = band.high.map(function (high, i) { return high === null ? null : high - band.low[i]; });
      series.push({ name: band.name, type: "line", stack: stack, stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, color: tints[k], data: band.low, silent: true });
      series.push({ name: band.name, type: "line", stack: stack, stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, color: tints[k], areaStyle: { color: tints[k], opacity: 0.85 }, data: width, silent: true });
    });
    part.paths.forEach(function (path) {
      series.push({ name: part.path_name, type: "line", symbol: "none", data: path, color: "#5a6675", lineStyle: { width: 0.7, opacity: 0.6 }, silent: true });
    });
    [[part.forecast, tones.main, "solid"], [part.history, "#17212e", "solid"]].forEach(function (line) {
      series.push({ name: line[0].name, type: "line", symbolSize: 5, symbol: "circle", data: line[0].data, color: line[1], lineStyle: { width: 2.4, type: line[2] } });
    });
    var off = {};
    if (part.path_name) { off[part.path_name] = false; }
    return plot(part, series, off, function (i) {
      var rows = [];
      if (part.history.data[i] !== null) { rows.push([part.history.name, count(part.history.data[i])]); }
      else if (part.forecast.data[i] !== null) {
        rows.push([part.forecast.name, count(part.forecast.data[i])]);
        part.bands.slice().reverse().forEach(function (band) { rows.push([band.name, count(band.low[i]) + "–" + count(band.high[i])]); });
      }
      return rows;
    });
  }

  function lines(part) {
    var shades = { naive: "#8793a3", drift: "#d98e2b", excel_linear: "#a3241f", damped_drift: "#b8860b", theta: "#3c7a56", shift_share: "#5b3f8c", ridge: "#3f8f8a", boosting: "#4b7ab8", automatic: "#a05a7a", ensemble: "#0b5a8f", history: "#17212e", past: "#7fb2d6" };
    var off = {};
    var series = part.series.map(function (s) {
      if (s.hidden) { off[s.name] = false; }
      var strong = s.tone === "history" || s.tone === "ensemble";
      return { name: s.name, type: "line", symbol: s.tone === "past" || strong ? "circle" : "none", symbolSize: 4, data: s.data, color: shades[s.tone], lineStyle: { width: strong ? 2.6 : 1.5, type: strong || s.tone === "past" ? "solid" : "dashed" } };
    });
    return plot(part, series, off, function (i, chosen) {
      return part.series.filter(function (s) { return s.data[i] !== null && chosen.indexOf(s.name) >= 0; }).map(function (s) { return [s.name, count(s.data[i])]; });
    });
  }

  function plot(part, series, off, rows) {
    var seen = {};
    var names = series.map(function (s) { return s.name; }).filter(function (n) { if (seen[n]) { return false; } seen[n] = true; return true; });
    return {
      animation: false,
      grid: { left: 8, right: 18, top: 60, bottom: 4, containLabel: true },
      legend: { type: "scroll", top: 4, left: 0, right: 0, itemWidth: 18, itemHeight: 10, data: names, selected: off, textStyle: { color: "#17212e" } },
      tooltip: {
        trigger: "axis",
        formatter: function (found) {
          var i = found[0].dataIndex;
          var box = document.createElement("div");
          [[part.categories[i], ""]].concat(rows(i, found.map(function (f) { return f.seriesName; }))).forEach(function (row) {
            var line = document.createElement("div");
            line.textContent = row[1] ? row[0] + "  " + row[1] : row[0];
            box.appendChild(line);
          });
          return box;
        }
      },
      xAxis: { type: "category", boundaryGap: false, data: part.categories, axisTick: { show: false }, axisLabel: { color: "#4d5a6b" }, axisLine: { lineStyle: { color: "#8793a3" } } },
      yAxis: { type: "value", scale: true, axisLabel: { color: "#4d5a6b", formatter: count }, splitLine: { lineStyle: { color: "#e3e8ee" } } },
      series: series
    };
  }

  function year(lang) {
    return document.getElementById("flow-" + lang).value;
  }

  function option(box, width) {
    var lang = box.dataset.lang;
    var chart = charts(lang)[box.dataset.chart];
    if (chart.type === "flow") { return flow(chart, year(lang)); }
    if (chart.type === "bars") { return bars(chart, width); }
    var part = chart.parts[document.getElementById("choice-" + lang).value];
    return chart.type === "fan" ? fan(part) : lines(part);
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
