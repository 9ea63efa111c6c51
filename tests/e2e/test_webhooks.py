"""A webhook of a real controller: what it sends is signed and whole, also when the controller is killed in the middle."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
import unittest

import fleet


class Receiver:
    """An HTTP server that checks each delivery's signature by itself, and answers as it is told."""

    def __init__(self):
        self.secret = b""
        self.status = 204
        self.refused_type = None  # answered 422
        self.deliveries = []  # (event, status) in the order of coming
        self.wrong = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        event = json.loads(body)
        sent, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        content = f"{sent}.{stamp}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.new(self.secret, content, hashlib.sha256).digest()).decode()
        if not hmac.compare_digest(expected, headers["webhook-signature"]):
            self.wrong.append(f"signature of {event}")
        if abs(time.time() - int(stamp)) > 300:
            self.wrong.append(f"timestamp of {event}")
        if headers["Content-Type"] != "application/cloudevents+json; charset=utf-8":
            self.wrong.append(f"type of {event}")
        if not sent.endswith("-" + event["id"]) and event["type"] != "webhook.test":
            self.wrong.append(f"id of {event}")
        status = 422 if event["type"] == self.refused_type else self.status
        self.deliveries.append((event, status))
        return status

    def taken(self):
        """The events that were answered well, each as it first came, in that order."""
        first = {}
        for event, status in list(self.deliveries):
            if status == 204 and event["type"] != "webhook.test":
                first.setdefault(event["id"], event)
        return list(first.values())


class Webhooks(unittest.TestCase):
    def setUp(self):
        self.fleet = fleet.Fleet(nodes=2)
        self.addCleanup(self.fleet.close)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.server.server_close)
        self.addCleanup(self.receiver.server.shutdown)

    def make(self, *options):
        done = self.fleet.muster("webhook", "create", "ops", self.receiver.url, "--allow-private", *options)
        self.assertEqual(done.code, 0, done)
        secret = done.out.strip()
        self.assertTrue(secret.startswith("whsec_"), done)
        self.receiver.secret = base64.b64decode(secret.removeprefix("whsec_"))
        return secret

    def run_job(self):
        done = fleet.wait_for("a job to be taken", self.try_job)
        return done

    def try_job(self):
        done = self.fleet.muster("run", "system.ping", "--on", "all", "--offline", "queue", "--detach", "--json")
        return done.json["job"] if done.code == 0 else None

    def shown(self):
        done = self.fleet.muster("webhook", "show", "ops", "--json")
        return done.json if done.code == 0 else None

    def nudge(self):
        """A receiver that takes a test is there again, and is sent what waits at once."""
        return self.fleet.muster("webhook", "test", "ops").code == 0

    def has(self, jobs):
        seen = {(event["subject"], event["type"]) for event in self.receiver.taken()}
        return all((f"job/{job}", kind) in seen for job in jobs for kind in ("job.created", "job.ended"))

    def test_nothing_is_lost_when_the_controller_is_killed(self):
        secret = self.make("--filter", "type=job.*")
        self.assertTrue(self.nudge())
        jobs = [self.run_job() for _ in range(5)]
        self.receiver.status = 503
        jobs += [self.run_job() for _ in range(5)]
        fleet.wait_for("an attempt that fails", lambda: self.receiver.deliveries[-1][1] == 503)
        self.fleet.services["controller"].kill()
        jobs += [self.run_job() for _ in range(5)]
        self.receiver.status = 204
        self.fleet.services["controller"].kill()
        fleet.wait_for("the receiver to be sent to again", self.nudge)
        jobs += [self.run_job() for _ in range(5)]
        fleet.wait_for("all events of all jobs", lambda: self.has(jobs))
        self.assertEqual(self.receiver.wrong, [])
        taken = self.receiver.taken()
        ids = [int(event["id"]) for event in taken]
        self.assertEqual(ids, sorted(ids))
        log = self.fleet.muster("event", "ls", "--filter", "type=job.*", "--limit", "1000", "--json").json["events"]
        self.assertEqual(taken, log)
        self.assertEqual(len(log), 2 * len(jobs), "an event of a job is lost or doubled")
        for event in taken:
            if event["type"] == "job.ended":
                self.assertEqual(event["data"]["counts"], {"ok": 2}, event)
        self.assertEqual(self.shown()["progress"]["state"], "ok")
        self.assertNotIn(secret.removeprefix("whsec_"), self.fleet.path("controller.log").read_text())

    def test_a_dead_letter_is_sent_again(self):
        self.make("--filter", "type=job.ended or type=group.changed")
        self.receiver.refused_type = "group.changed"
        self.assertEqual(self.fleet.muster("group", "set", "front", "all").code, 0)
        job = self.run_job()

        def died():
            self.nudge()
            return self.shown()["dead_letters"]

        letter = fleet.wait_for("the event to be given up", died)[0]
        self.assertEqual(letter["reason"], "it answered 422")
        self.assertEqual(letter["attempts"], 3)
        fleet.wait_for("the event behind it", lambda: self.nudge() and any(
            event["subject"] == f"job/{job}" for event in self.receiver.taken()))
        self.assertEqual(self.fleet.muster("webhook", "retry", "ops").code, 1)
        other = self.fleet.muster("webhook", "retry", "ops", "4711")
        self.assertEqual(other.code, 3, other)
        self.assertIn("has no dead letter 4711", other.err)
        self.receiver.refused_type = None
        again = self.fleet.muster("webhook", "retry", "ops")
        self.assertEqual(again.code, 0, again)
        self.assertIn("delivered", again.out)
        self.assertEqual(self.receiver.taken()[-1], letter["event"])
        self.assertEqual(self.shown()["dead_letters"], [])
        self.assertEqual(self.receiver.wrong, [])

    def test_what_may_not_be_sent_to_is_refused(self):
        for url in (self.receiver.url, "https://127.0.0.1/", "https://169.254.169.254/", "ftp://example.org/"):
            refused = self.fleet.muster("webhook", "create", "ops", url)
            self.assertEqual(refused.code, 2, refused)
        self.make()
        again = self.fleet.muster("webhook", "create", "ops", self.receiver.url, "--allow-private")
        self.assertEqual(again.code, 2, again)
        self.assertIn("--replace", again.err)
        replaced = self.fleet.muster("webhook", "create", "ops", "https://localhost:1/", "--replace")
        self.assertEqual((replaced.code, replaced.out), (0, ""), replaced)
        test = self.fleet.muster("webhook", "test", "ops")
        self.assertEqual(test.code, 4, test)
        self.assertEqual(self.fleet.muster("webhook", "test", "ops", "--json").code, 4)
        self.assertIn("private network", test.out)
        self.assertEqual(self.fleet.muster("webhook", "rm", "ops").code, 0)
        self.assertEqual(self.fleet.muster("webhook", "show", "ops").code, 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
