(function () {
  "use strict";
  var box = document.querySelector(".filter");
  if (!box) { return; }
  var words = document.getElementById("filter");
  var assumed = document.getElementById("only-assumed");
  var found = document.getElementById("found");
  var parts = Array.prototype.slice.call(document.querySelectorAll("details.part"));
  function apply() {
    var wanted = words.value.trim().toLowerCase();
    var narrowed = wanted !== "" || assumed.checked;
    var total = 0;
    parts.forEach(function (part) {
      var shown = 0;
      Array.prototype.forEach.call(part.querySelectorAll("tbody tr"), function (row) {
        var fits = (!assumed.checked || row.classList.contains("assumed")) && row.textContent.toLowerCase().indexOf(wanted) >= 0;
        row.hidden = !fits;
        if (fits) { shown += 1; }
      });
      part.hidden = shown === 0;
      part.open = narrowed && shown > 0;
      total += shown;
    });
    found.textContent = narrowed ? total + (total === 1 ? " line" : " lines") : "";
  }
  box.hidden = false;
  words.addEventListener("input", apply);
  assumed.addEventListener("change", apply);
})();
