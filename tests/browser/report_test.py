#!/usr/bin/env python3
"""The HTML report in a browser: nothing overlaps, is cut off or loads anything; filters, keys and print do their work.

usage: report_test.py [REPORT_SAMPLE]     the program that writes made-up reports; build/sanitize/report_sample if not named
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from chromium import Browser, find_chromium  # noqa: E402

WIDTHS = (360, 768, 1280, 2560)
GEOMETRY = (HERE / "geometry.js").read_text()
LONG_CASE = "（二〇二六）某区某某检刑诉第" + "8" * 60 + "号"
ROWS = "[...document.querySelectorAll('button.row')].length"
SHOWN = "parseInt(document.getElementById('result-count').textContent.replace(/\\s/g, ''), 10)"

sample_program = None


def setUpModule():
    global browser, page, folder
    folder = tempfile.TemporaryDirectory(prefix="heng-report-")
    subprocess.run([sample_program, folder.name], check=True)
    browser = Browser().__enter__()
    page = browser.page


def tearDownModule():
    browser.__exit__()
    folder.cleanup()


def load(name, dark=False, width=1280, height=900, media="", **state):
    page.size(width, height)
    page.media(dark=dark, media=media)
    return page.open(pathlib.Path(folder.name) / name, "#" + urllib.parse.urlencode(state))


def click(selector):
    assert page.run(f"(() => {{ const e = document.querySelector({selector!r}); if (e) e.click(); return !!e; }})()"), selector
    page.settle()


def type_search(text):
    page.run(f"(() => {{ const e = document.getElementById('search'); e.value = {text!r};"
             " e.dispatchEvent(new Event('input', {bubbles: true})); })()")
    page.run("new Promise(done => setTimeout(done, 250))")


class Layout(unittest.TestCase):
    def check(self, name, **state):
        looks = [(width, lang, False) for width in WIDTHS for lang in ("zh", "en")] + [(768, "en", True), (1280, "zh", True)]
        for width, lang, dark in looks:
            with self.subTest(name=name, width=width, lang=lang, dark=dark, **state):
                load(name, dark=dark, width=width, lang=lang, **state)
                self.assertEqual(page.run(GEOMETRY), [])
                self.assertEqual(page.complaints(), [])

    def test_findings(self):
        self.check("small.html")

    def test_one_finding_explained(self):
        self.check("small.html", id="5f0c1d6e9a7b3c42")

    def test_case(self):
        self.check("small.html", view="cases", case="QA-0001")

    def test_case_list(self):
        self.check("small.html", view="cases")

    def test_empty(self):
        self.check("empty.html")

    def test_worst_texts(self):
        self.check("hostile.html", id="5f0c1d6e9a7b3c43")

    def test_worst_case(self):
        self.check("hostile.html", view="cases", case=LONG_CASE)

    def test_crowded_case(self):
        self.check("hostile.html", view="cases", case="QA-0003")

    def test_case_without_a_picture(self):
        self.check("large.html", view="cases", case="QB-12000")

    def test_zoomed_picture(self):
        for width in WIDTHS:
            load("small.html", width=width, lang="zh", view="cases", case="QA-0001")
            before = page.run("document.querySelector('svg.timeline').getBoundingClientRect().width")
            for _ in range(3):
                page.run("document.querySelector('.card-head button').click()")
            page.settle()
            after = page.run("document.querySelector('svg.timeline').getBoundingClientRect().width")
            self.assertAlmostEqual(after / before, 8, delta=0.1)
            self.assertEqual(page.run(GEOMETRY), [])

    def test_picture_follows_the_width(self):
        load("small.html", width=1280, lang="zh", view="cases", case="QA-0001")
        page.size(400, 800)
        page.settle()
        self.assertLess(page.run("document.querySelector('svg.timeline').getBoundingClientRect().width"), 400)
        self.assertEqual(page.run(GEOMETRY), [])


class Content(unittest.TestCase):
    def test_counts_agree(self):
        load("small.html", lang="en")
        tiles = page.run("[...document.querySelectorAll('.tiles .big')].map(e => Number(e.textContent))")
        self.assertEqual(tiles, [2, 1, 2, 1, 1])  # breach, late, warning, flag, undecided
        bars = page.run("[...document.querySelectorAll('.bar-count')].map(e => Number(e.textContent))")
        self.assertEqual(sum(bars), sum(tiles))
        self.assertEqual(page.run(ROWS), sum(tiles))

    def test_says_as_of_and_review(self):
        for lang, words in (("zh", ["计算时刻 2026-04-20 08:30", "未经律师审查", "拒收 2 行"]),
                            ("en", ["As of 2026-04-20 08:30", "No lawyer has reviewed", "2 lines refused"])):
            load("small.html", lang=lang)
            text = page.run("document.body.innerText").replace("\u00a0", " ")
            for word in [*words, "9f3ab2c4d5e6f708", "cn 2019–2026"]:
                self.assertIn(word, text)
            self.assertEqual(page.run("document.documentElement.lang"), {"zh": "zh-CN", "en": "en"}[lang])

    def test_explains_the_sum(self):
        load("small.html", lang="en", id="a1b2c3d4e5f60718")
        steps = page.run("[...document.querySelectorAll('.detail .step')].map(e => e.textContent)")
        self.assertEqual(steps, ["start", "base", "extension", "not counted", "roll", "end"])
        text = page.run("document.querySelector('.detail').innerText")
        for word in ("2026-03-10 24:00", "CPL 91(1)", "QA-0001-005", "person s1", "critical"):
            self.assertIn(word, text)

    def test_texts_from_outside_stay_texts(self):
        load("hostile.html", lang="zh", id="5f0c1d6e9a7b3c43")
        self.assertIn("</script><script>", page.run("document.querySelector('.message').textContent"))
        load("hostile.html", lang="en", id="5f0c1d6e9a7b3c43")
        self.assertIn("<img src=x", page.run("document.querySelector('.message').textContent"))
        self.assertNotEqual(page.run("document.title"), "broken")
        self.assertEqual(page.run("document.querySelectorAll('img, iframe, object, link').length"), 0)
        self.assertEqual(page.run("document.scripts.length"), 2)
        self.assertNotIn("\u202e", page.run("document.body.innerText"))


class Work(unittest.TestCase):
    def test_filters_narrow_and_clear(self):
        load("small.html", lang="en")
        click("[data-focus='kind-breach']")
        self.assertEqual(page.run(SHOWN), 2)
        self.assertEqual(page.run("document.querySelector(\"[data-focus='kind-breach']\").getAttribute('aria-pressed')"), "true")
        click("[data-focus='severity-critical']")
        self.assertEqual(page.run(SHOWN), 1)
        click("#clear")
        self.assertEqual(page.run(SHOWN), 7)
        type_search("qa-0002 cpl")
        self.assertEqual(page.run(SHOWN), 2)
        type_search("nothing like this")
        self.assertEqual(page.run(ROWS), 0)
        self.assertIn("No finding matches", page.run("document.getElementById('list').innerText"))
        click("#clear")
        page.run("(() => { const e = document.getElementById('rule'); e.value = 'cn.criminal/detention_family_notice_24h';"
                 " e.dispatchEvent(new Event('change')); })()")
        self.assertEqual(page.run(SHOWN), 2)
        self.assertEqual(page.run("document.getElementById('result-count').getAttribute('role')"), "status")

    def test_the_address_holds_the_state(self):
        load("small.html", lang="en")
        click("[data-focus='kind-warn']")
        type_search("family")
        state = page.run("location.hash")
        page.open(pathlib.Path(folder.name) / "small.html", state)
        self.assertEqual(page.run(SHOWN), 1)
        self.assertEqual(page.run("document.getElementById('search').value"), "family")

    def test_language_and_theme(self):
        load("small.html", lang="zh")
        click("#language")
        self.assertEqual(page.run("document.querySelector('h1').textContent.startsWith('Check report')"), True)
        light = page.run("getComputedStyle(document.body).backgroundColor")
        click("#theme")
        click("#theme")
        self.assertEqual(page.run("document.documentElement.dataset.theme"), "dark")
        self.assertNotEqual(page.run("getComputedStyle(document.body).backgroundColor"), light)

    def test_order(self):
        load("small.html", lang="en", sort="newest")
        newest = page.run("document.querySelector('.row .label').textContent")
        load("small.html", lang="en", sort="severity")
        self.assertEqual(newest, "Review for prosecution in time")
        self.assertEqual(page.run("document.querySelector('.row .severity').textContent"), "critical")

    def test_keyboard_alone(self):
        load("small.html", lang="en")
        page.press("/")
        self.assertEqual(page.run("document.activeElement.id"), "search")
        for _ in range(12):
            page.press("Tab")
            if page.run("document.activeElement.matches('button.row')"):
                break
        self.assertTrue(page.run("document.activeElement.matches('button.row')"))
        page.press("ArrowDown")
        page.press("Enter")
        page.settle()
        self.assertEqual(page.run("document.activeElement.getAttribute('aria-expanded')"), "true")
        self.assertEqual(page.run("document.querySelectorAll('.detail .explanation').length"), 1)
        self.assertNotEqual(page.run("getComputedStyle(document.activeElement).outlineStyle"), "none")

    def test_case_opens_and_comes_back(self):
        load("small.html", lang="en", id="a1b2c3d4e5f60718")
        click(".actions .primary")
        self.assertIn("QA-0001", page.run("document.getElementById('case-title').textContent"))
        self.assertEqual(page.run("document.querySelectorAll('table.acts tbody tr').length"), 12)
        lanes = page.run("[...document.querySelectorAll('svg.timeline .lane-name')].map(e => e.textContent)")
        self.assertEqual(lanes, ["Findings", "police-q", "centre-q", "procuratorate-q", "Clocks"])
        self.assertEqual(page.run("document.querySelectorAll('svg.timeline .clock').length"), 6)
        page.run("history.back()")
        page.run("new Promise(done => setTimeout(done, 200))")
        self.assertEqual(page.run("document.getElementById('view-findings').hidden"), False)
        self.assertEqual(page.run("document.querySelectorAll('.detail .explanation').length"), 1)


class Network(unittest.TestCase):
    def test_loads_nothing(self):
        for name in ("small.html", "hostile.html"):
            load(name, lang="zh", view="cases", case="QA-0001")
            addresses = [a for a in page.requests() if a != "about:blank"]
            self.assertEqual([a.split("#")[0] for a in addresses], [(pathlib.Path(folder.name) / name).resolve().as_uri()])

    def test_may_load_nothing(self):
        load("small.html", lang="en")
        blocked = page.run("""new Promise(done => {
          const seen = [];
          addEventListener('securitypolicyviolation', e => { seen.push(e.effectiveDirective); });
          new Image().src = 'http://127.0.0.1:9/x.png';
          fetch('http://127.0.0.1:9/').catch(() => {});
          const s = document.createElement('script'); s.textContent = 'document.title = "broken"'; document.body.append(s);
          setTimeout(() => done(seen.sort()), 300);
        })""")
        self.assertEqual(blocked, ["connect-src", "img-src", "script-src-elem"])
        self.assertNotEqual(page.run("document.title"), "broken")
        asked = [a for a in page.requests() if a.startswith("http")]
        stopped = [e["params"].get("blockedReason") for e in browser.events if e["method"] == "Network.loadingFailed"]
        self.assertEqual(stopped, ["csp"] * len(asked))  # named, but never sent


class Print(unittest.TestCase):
    def test_prints_what_the_filters_leave(self):
        for dark in (False, True):
            load("small.html", dark=dark, media="print", width=672, lang="zh", kind="breach,late")
            page.run("dispatchEvent(new Event('beforeprint'))")
            page.settle()
            self.assertEqual(page.run("document.querySelectorAll('#print-list .explanation').length"), 3)
            self.assertEqual(page.run("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
            self.assertEqual(page.run("[...document.querySelectorAll('.tools, .split, .views')].some(e => e.checkVisibility())"),
                             False)
            self.assertEqual(page.run(GEOMETRY), [])

    def test_prints_a_case(self):
        load("small.html", media="print", width=672, lang="en", view="cases", case="QA-0001")
        closed = page.run("document.querySelectorAll('#view-cases details:not([open])').length")
        page.run("dispatchEvent(new Event('beforeprint'))")
        page.settle()
        self.assertGreater(closed, 0)
        self.assertEqual(page.run("document.querySelectorAll('#view-cases details:not([open])').length"), 0)
        self.assertEqual(page.run(GEOMETRY), [])
        page.run("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(page.run("document.querySelectorAll('#view-cases details:not([open])').length"), closed)

    def test_makes_a_pdf(self):
        load("small.html", lang="zh")
        pdf = page.pdf()
        self.assertTrue(pdf.startswith(b"%PDF-"))
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        self.assertGreater(pages, 1)  # the explanations came with it
        self.assertLess(pages, 12)

    def test_says_what_it_does_not_print(self):
        load("large.html", lang="en")
        page.run("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(page.run("document.querySelectorAll('#print-list .explanation').length"), 300)
        self.assertIn("Only the first 300", page.run("document.querySelector('#print-list .banner').textContent"))


class Large(unittest.TestCase):
    def test_ten_thousand_findings(self):
        seconds = load("large.html", lang="zh")
        self.assertEqual(page.run(SHOWN), 10000)
        self.assertEqual(page.run(ROWS), 100)
        self.assertLess(page.run("document.querySelectorAll('*').length"), 6000)
        self.assertEqual(page.run(GEOMETRY), [])

        def timed(script):
            began = time.monotonic()
            page.run(script)
            page.settle()
            return time.monotonic() - began

        first = timed("(() => { filter.text = 'qb-11234'; refilter(); })()")
        self.assertEqual(page.run(SHOWN), 3)
        second = timed("(() => { filter.text = 'qb-1200'; refilter(); })()")
        size = (pathlib.Path(folder.name) / "large.html").stat().st_size
        print(f"10 000 findings: {size / 1e6:.1f} MB, shown in {seconds:.2f} s, first search {first:.2f} s, next {second:.2f} s",
              file=sys.stderr)
        self.assertLess(seconds, 8)
        self.assertLess(first, 3)
        self.assertLess(second, 1.5)

    def test_pages(self):
        load("large.html", lang="en", sort="oldest")
        first = page.run("document.querySelector('button.row').dataset.id")
        click("[data-focus='Findings-next']")
        self.assertNotEqual(page.run("document.querySelector('button.row').dataset.id"), first)
        self.assertEqual(page.run("document.querySelector('ol.rows').start"), 101)
        self.assertIn("Page 2 of 100", page.run("document.querySelector('.pager').textContent").replace("\u00a0", " "))


if __name__ == "__main__":
    sample_program = sys.argv.pop(1) if len(sys.argv) > 1 else HERE.parents[1] / "build/sanitize/report_sample"
    if find_chromium() is None:
        print("report_test: skipped, no chromium is installed (tools/setup.sh test installs it)")
        sys.exit(77)
    unittest.main()
