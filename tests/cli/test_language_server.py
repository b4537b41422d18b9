"""A YAML language server completes a study and finds its errors by `kinlim schema`: keys, words, and what is missing.
Skipped where there is no yaml-language-server (npm)."""
import json
import os
import shutil
import subprocess
import sys
import unittest

from kinlim_cli import Folder

SERVER = shutil.which("yaml-language-server")


class Server:
    """One that speaks over pipes; the last diagnostics of each document."""

    def __init__(self):
        self.process = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.errors, self.asked = {}, 0
        self.ask("initialize", processId=None, rootUri=None, capabilities={})
        self.tell("initialized")

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def read(self):
        size = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        return json.loads(self.process.stdout.read(size))

    def tell(self, method, **params):
        self.send({"method": method, "params": params})

    def handle(self, message):
        if "id" in message:  # it asks for settings: defaults
            self.send({"id": message["id"], "result": [{}]})
        elif message["method"] == "textDocument/publishDiagnostics":
            errors = message["params"]["diagnostics"]
            self.errors[message["params"]["uri"]] = [error["message"] for error in errors]

    def ask(self, method, **params):
        self.asked += 1
        self.send({"id": self.asked, "method": method, "params": params})
        while (message := self.read()).get("id") != self.asked or "method" in message:
            self.handle(message)
        return message["result"]

    def check(self, uri):
        while uri not in self.errors:
            self.handle(self.read())
        return self.errors[uri]

    def close(self):
        self.process.kill()
        self.process.communicate()


class LanguageServer(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("kinlim.json", self.folder.good("schema").out)
        self.server = Server()
        self.addCleanup(self.server.close)

    def open(self, text):
        """The study up to the mark |, and what can stand there."""
        before, after = text.split("|")
        uri = "file://" + os.path.join(self.folder.path, f"{self.server.asked}.yaml")
        head = f"# yaml-language-server: $schema=file://{self.folder.path}/kinlim.json\n"
        self.server.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1,
                                                               "text": head + before + after})
        lines = (head + before).split("\n")
        place = {"line": len(lines) - 1, "character": len(lines[-1])}
        items = self.server.ask("textDocument/completion", textDocument={"uri": uri}, position=place)["items"]
        return uri, {item["label"] for item in items}

    def test_completes_keys_and_words(self):
        for text, expected in (("system: |\n", {"anderson", "vlasov", "lyapunov"}),
                               ("system: anderson\n|\n", {"eta", "box", "observables", "propagator"}),
                               ("system: anderson\ndisorder:\n  |\n", {"distribution", "seed", "correlation"}),
                               ("system: anderson\ndisorder:\n  correlation:\n    |\n", {"length", "field"}),
                               ("system: anderson\ndisorder: {distribution: |}\n", {"gaussian", "uniform", "laplace"})):
            with self.subTest(text):
                self.assertLessEqual(expected, self.open(text)[1])

    def test_finds_what_is_missing_and_what_is_wrong(self):
        uri, _ = self.open("system: vlasov\nparticles: [many]\n|")
        errors = self.server.check(uri)
        self.assertTrue(any("times" in error for error in errors), errors)
        self.assertTrue(any("Incorrect type" in error for error in errors), errors)


if __name__ == "__main__":
    sys.exit(77) if SERVER is None else unittest.main()
