package export_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leaktop/diff/export"
)

// TestHTMLInABrowser opens the report from disk in a browser without a network,
// and uses it by mouse and by keyboard.
func TestHTMLInABrowser(t *testing.T) {
	b := openBrowser(t)
	b.theme("light")
	b.resize(1200, 900)
	page := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(page, html(t, watched(), export.Options{}), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open(page)

	want := func(what, expression, want string) {
		t.Helper()
		if got := b.eval(expression); got != want {
			t.Errorf("%s: %s is %q, want %q", what, expression, got, want)
		}
	}
	const (
		boxes   = `document.querySelectorAll(".box").length`
		focused = `document.activeElement.getAttribute("aria-label")`
		widest  = `document.querySelector(".box:not(.parent)").textContent`
		matches = `document.getElementById("flame-matches").textContent`
		about   = `document.querySelector("#flame-about .function").textContent`
		hidden  = `String(document.documentElement.scrollWidth > innerWidth)`
		title   = `document.querySelector("#heap .function summary").textContent`
	)
	// What is named to do harm is text like any other.
	want("the page", `document.querySelectorAll("b.x, i.x, script").length`, "2")
	want("a name", `String(document.body.textContent.includes("a.f[<b>|`+"`c`"+`*_d_]{@e}#1~!$"))`, "true")

	// The flame graph of what is held now: all, serve, Create, Put, growslice; the others are too narrow.
	want("at first", boxes, "5")
	want("at first", widest, "all")
	b.click(`.box[aria-label^="shop/orders.Create"]`)
	want("a click zooms", widest, "shop/orders.Create")
	want("a click zooms", `document.querySelectorAll(".box.parent").length`, "2")
	b.press("ArrowDown")
	if got := b.eval(focused); !strings.HasPrefix(got, "shop/cache.(*Store).Put, 400.0 KiB → 3.5 MiB, +3.1 MiB ± ") {
		t.Errorf("an arrow down goes to %q", got)
	}
	b.press("Enter")
	want("enter zooms", widest, "shop/cache.(*Store).Put")
	b.press("Escape")
	want("esc zooms out", widest, "shop/orders.Create")
	b.press("ArrowUp")
	want("an arrow up goes to the caller", about, "net/http.(*conn).serve")

	b.press("/")
	want("a slash searches", `document.activeElement.id`, "flame-search")
	b.press("s", "h", "o", "p")
	if got := b.eval(matches); !strings.HasPrefix(got, "3 matches, ") || !strings.HasSuffix(got, " % of the width") {
		t.Errorf("a search for shop finds %q", got)
	}
	want("what matches is marked", `document.querySelectorAll(".box.match").length`, "2")
	b.press("Escape")
	want("esc ends the search", matches, "")
	b.press("z", "z", "z")
	want("nothing matches", matches, "0 matches")
	b.click("#flame-reset")
	want("reset", matches, "")
	want("reset", widest, "all")
	want("reset", boxes, "5")

	// What is gone is seen in the widths of before.
	b.click(`input[value="before"]`)
	want("before", `document.querySelectorAll('.box[aria-label^="shop/orders.(*Notifier).Push"]').length`, "1")
	b.eval(`(function (s) { s.value = "4"; s.dispatchEvent(new Event("change")); })(document.getElementById("flame-of"))`)
	want("another profile", `document.getElementById("flame-of").selectedOptions[0].textContent`, "goroutines")
	b.click(`input[value="after"]`)
	want("another profile", `document.querySelector(".box").getAttribute("aria-label")`, "all, 4 → 1,205, +1,201")

	// Tables are sorted by numbers and by names, both ways.
	want("at first", title, "runtime.growslice")
	b.click("#heap th:nth-child(6) button")
	want("by name", title, "a.f[<b>|`c`*_d_]{@e}#1~!$")
	b.click("#heap th:nth-child(6) button")
	want("by name, backwards", title, "shop/orders.Create")
	b.click("#heap th:nth-child(1) button")
	want("by change", title, "runtime.growslice")
	b.click("#heap th:nth-child(1) button")
	want("by change, backwards", title, "shop/orders.(*Notifier).Push")

	// The pointer reads the curves.
	b.eval(`document.querySelector("svg[data-chart]").scrollIntoView({block: "center"})`)
	b.eval(`(function (svg) {
		var r = svg.getBoundingClientRect();
		svg.dispatchEvent(new PointerEvent("pointermove", {clientX: r.left + 78 / 920 * r.width, clientY: r.top + 50}));
	})(document.querySelector("svg[data-chart]"))`)
	want("the pointer", `document.querySelector(".readout").textContent`, "2026-03-01 12:00:00 UTC   live heap 70.0 MiB   heap in use 90.0 MiB   RSS 180.0 MiB")

	// Both themes, by the system and by the button.
	const ground = `getComputedStyle(document.body).backgroundColor`
	light := b.eval(ground)
	b.theme("dark")
	dark := b.eval(ground)
	if dark == light {
		t.Errorf("dark and light have the same ground, %s", dark)
	}
	b.click("#theme")
	want("the button in the dark", ground, light)
	b.click("#theme")
	want("the button in the light", ground, dark)

	// Nothing is wider than the window, however narrow that is.
	for _, width := range []int{1200, 768, 360} {
		b.resize(width, 800)
		want("the window", hidden, "false")
	}
	for _, fault := range b.faults {
		t.Errorf("the browser says: %s", fault)
	}
}
