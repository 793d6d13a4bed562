"""Drives a headless Chromium over its DevTools pipe: standard library only, one browser, one page.

    with Browser() as browser:
        page = browser.page
        page.size(360, 800)
        page.open(path)
        page.run("document.title")
"""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
    "--remote-debugging-pipe",
]


def find_chromium():
    """The browser's path, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    return None


class Failure(Exception):
    """The browser refused a command or a script threw."""


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="heng-browser-")
        to_read, self.write_fd = os.pipe()
        self.read_fd, to_write = os.pipe()

        def hand_over():  # the browser reads commands from 3 and writes answers to 4
            saved_read, saved_write = os.dup(to_read), os.dup(to_write)
            os.dup2(saved_read, 3)
            os.dup2(saved_write, 4)

        self.process = subprocess.Popen(
            [find_chromium(), *FLAGS, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=hand_over, close_fds=False)
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.serial = 0
        self.events = []
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self.page = Page(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (Failure, OSError):
            pass
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        os.close(self.write_fd)
        os.close(self.read_fd)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, params=None, session=None, timeout=240):
        self.serial += 1
        message = {"id": self.serial, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self.write_fd, json.dumps(message).encode() + b"\0")
        wanted = self.serial
        end = time.monotonic() + timeout
        while True:
            answer = self.receive(end)
            if answer is None:
                raise Failure(f"{method}: no answer in {timeout} s")
            if answer.get("id") == wanted:
                if "error" in answer:
                    raise Failure(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def receive(self, end):
        """The next message, or None when the time is up."""
        while b"\0" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.read_fd], [], [], left)[0]:
                return None
            part = os.read(self.read_fd, 1 << 20)
            if not part:
                raise Failure("the browser went away")
            self.buffer += part
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def wait_event(self, method, timeout=240):
        end = time.monotonic() + timeout
        while True:
            for i, event in enumerate(self.events):
                if event["method"] == method:
                    return self.events.pop(i)
            message = self.receive(end)
            if message is None:
                raise Failure(f"no event {method} in {timeout} s")
            if "method" in message:
                self.events.append(message)


class Page:
    def __init__(self, browser):
        self.browser = browser
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def call(self, method, params=None, timeout=240):
        return self.browser.call(method, params, self.browser.session, timeout)

    def size(self, width, height, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile})

    def media(self, dark=False, media=""):
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia",
                  {"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme},
                                                {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def open(self, path, hash_text=""):
        """Loads a file; returns the seconds until it was loaded and drawn."""
        self.browser.events.clear()
        began = time.monotonic()
        self.call("Page.navigate", {"url": "about:blank"})
        self.browser.wait_event("Page.loadEventFired")
        began = time.monotonic()
        self.call("Page.navigate", {"url": pathlib.Path(path).resolve().as_uri() + hash_text})
        self.browser.wait_event("Page.loadEventFired")
        self.settle()
        return time.monotonic() - began

    def settle(self):
        """Waits for two frames, so that layout and observers have run."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def run(self, script):
        answer = self.call("Runtime.evaluate",
                           {"expression": script, "returnByValue": True, "awaitPromise": True, "timeout": 50000})
        if "exceptionDetails" in answer:
            raise Failure(json.dumps(answer["exceptionDetails"], ensure_ascii=False)[:2000])
        return answer["result"].get("value")

    def press(self, key, code=None, modifiers=0):
        for kind in ("keyDown", "keyUp"):
            params = {"type": kind, "key": key, "code": code or key, "modifiers": modifiers}
            if kind == "keyDown" and key == "Enter":
                params["text"] = "\r"
            if len(key) == 1 and kind == "keyDown":
                params["text"] = key
            params["windowsVirtualKeyCode"] = {"Tab": 9, "Enter": 13, "ArrowDown": 40, "ArrowUp": 38}.get(key, ord(key[0]))
            self.call("Input.dispatchKeyEvent", params)

    def requests(self):
        """Addresses asked for since the page was opened."""
        self.run("1")
        return [e["params"]["request"]["url"] for e in self.browser.events if e["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """Console errors, exceptions and log entries since the page was opened."""
        self.run("1")
        out = []
        for event in self.browser.events:
            if event["method"] == "Runtime.exceptionThrown":
                out.append(json.dumps(event["params"]["exceptionDetails"], ensure_ascii=False)[:500])
            if event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] in ("error", "warning"):
                out.append(event["params"]["entry"]["text"])
        return out

    def screenshot(self, path, full=False):
        params = {"format": "png"}
        if full:
            box = self.call("Page.getLayoutMetrics")["cssContentSize"]
            params["clip"] = {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], 6000), "scale": 1}
            params["captureBeyondViewport"] = True
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("Page.captureScreenshot", params)["data"]))

    def pdf(self):
        answer = self.call("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True}, timeout=120)
        return base64.b64decode(answer["data"])
