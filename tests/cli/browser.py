"""A headless Chromium driven through its pipe: pages as a user's browser shows them. Needs the standard library alone."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def program():
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """with Browser() as browser: browser.open(path, width) ...; `complaints` are the console's errors and warnings and whatever
    a page threw or could not load."""

    def __init__(self):
        self.complaints, self._count, self._rest, self._events = [], 0, b"", []

    def __enter__(self):
        self._home = tempfile.mkdtemp(prefix="kinlim-browser-")
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()

        def pipes():    # the browser reads 3 and writes 4
            read, write = os.dup(to_read), os.dup(to_write)
            os.dup2(read, 3), os.dup2(write, 4)
        self._process = subprocess.Popen(
            [program(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             f"--user-data-dir={self._home}", "--remote-debugging-pipe", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(3, 4), preexec_fn=pipes)
        os.close(to_read), os.close(to_write)
        targets = self._call("Target.getTargets", session=False)["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self._session = self._call("Target.attachToTarget", session=False, targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(domain + ".enable")
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        os.close(self._read), os.close(self._write)
        shutil.rmtree(self._home, ignore_errors=True)

    # ---- the pipe: JSON, each ended by a zero byte ----
    def _receive(self):
        while b"\0" not in self._rest:
            data = os.read(self._read, 1 << 20)
            assert data, "the browser is gone"
            self._rest += data
        line, self._rest = self._rest.split(b"\0", 1)
        return json.loads(line)

    def _call(self, method, session=True, **params):
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            got = self._receive()
            if got.get("id") == self._count:
                assert "error" not in got, (method, got["error"])
                return got["result"]
            self._note(got)

    def _note(self, event):
        name, said = event.get("method"), event.get("params", {})
        self._events.append(name)
        if name == "Runtime.exceptionThrown":
            self.complaints.append(said["exceptionDetails"].get("exception", {}).get("description", "an exception"))
        if name == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.complaints.append(said["entry"]["text"])
        if name == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.complaints.append(str(said["args"]))

    # ---- what a user does ----
    def resize(self, width, height=900):
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def open(self, path, width=1300, height=900, dark=False):
        self.resize(width, height)
        self._call("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self._events.clear()
        self._call("Page.navigate", url=path if "://" in path else "file://" + os.path.abspath(path))
        end = time.time() + 60
        while "Page.loadEventFired" not in self._events:
            assert time.time() < end, path
            self._call("Runtime.evaluate", expression="0")
            time.sleep(0.02)

    def run(self, script):
        """The value of a script's last expression, run as if the user had clicked."""
        done = self._call("Runtime.evaluate", expression=script, returnByValue=True, userGesture=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def point(self, x, y, click=False):
        self._call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased") * click:
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, *keys):
        codes = {"Tab": 9, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        for key in keys:
            for kind in ("rawKeyDown", "keyUp"):
                self._call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key])

    def print_media(self):
        """The page as it goes to paper, until the next one is opened."""
        self._call("Emulation.setEmulatedMedia", media="print")

    def picture(self, path, full=False):
        data = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=full, **({"clip": {
            "x": 0, "y": 0, "width": self.run("document.documentElement.scrollWidth"),
            "height": self.run("document.documentElement.scrollHeight"), "scale": 1}} if full else {}))["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def too_wide(self):
        """Names of what stands out of the page at the right; empty if all fits."""
        return self.run("""(() => { const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide) return "";
            return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > wide + 1)
                .map((e) => e.tagName + "." + e.className).slice(0, 9).join(" ") || "the page"; })()""")
