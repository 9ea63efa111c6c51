"""bash completes muster's words from a real fleet, and what the scripts of all shells ask is answered."""

import re
import signal
import unittest

import completing
import fleet


class Completion(completing.CompletionTest):
    def answer(self, shell, *words):
        """The lines that the script for `shell` gets."""
        done = fleet.run([fleet.BIN / "muster", "completion", shell, "--", *words], env=self.env)
        self.assertEqual((done.code, done.err), (0, ""), done)
        return done.out.splitlines()

    def bash(self, env=None):
        return self.shell(["bash", "--norc", "--noprofile", "-i"],
                          "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'\n"
                          """bind -x '"\\C-x\\C-p": printf "<%s>\\n" "$READLINE_LINE"'\n"""
                          "source <(muster completion bash)", env)

    def test_bash(self):
        shell = self.bash()
        self.check_words(shell)
        self.check_lines(shell, {
            "muster node sh\t": "muster node show ",
            "muster node show nod\t": "muster node show node-",
            "true; TZ=UTC muster node show node-1\t": "true; TZ=UTC muster node show node-1 ",
            "muster node ls --on 'rol\t": "muster node ls --on 'role=",
            "muster node ls --on 'role=db o\t": "muster node ls --on 'role=db or ",
            "muster run sys\t": "muster run system.",
            "muster help run system.pin\t": "muster help run system.ping ",
            "muster run system.ping pa\t": "muster run system.ping payload=",
            "muster run system.ping --offline q\t": "muster run system.ping --offline queue ",
            "muster exec --on all -- l\t": "muster exec --on all -- l",
            "muster --cont\t": "muster --context ",
            "muster --context=oth\t": "muster --context=other ",
            "muster node show nothing\t": "muster node show nothing",
        })

    def test_bash_completes_files_of_this_machine(self):
        self.check_files(self.bash())

    def test_bash_takes_no_name_of_the_fleet_for_a_command(self):
        self.check_nothing_is_run(self.bash(), "muster node label node-1 tier=")

    def test_bash_says_nothing_when_the_controller_is_away_or_refuses(self):
        token = self.fleet.path("wrong.token")
        token.write_text("x" * 43)
        token.chmod(0o600)
        for change in ({"MUSTER_CONTROLLER": "https://127.0.0.1:1"}, {"MUSTER_CONTROLLER": ""},
                       {"MUSTER_TOKEN_FILE": str(token)}, {"MUSTER_TOKEN_FILE": ""}, {"MUSTER_CA_FILE": "/nonexistent"}):
            with self.subTest(change=change):
                shell = self.bash(dict(self.env, **change))
                shell.type("muster node show nod\t" + completing.KEY)
                shown = shell.read_until(r"^(.*)<muster node show nod>\n")[1]
                self.assertEqual(set(re.findall(r"\w{2,}", shown)), {"muster", "node", "show", "nod"})

    def test_a_controller_that_takes_long_is_not_waited_for(self):
        ask = ("bash", "muster node show nod")
        self.fleet.services["controller"].process.send_signal(signal.SIGSTOP)
        try:
            self.assertEqual(self.answer(*ask), [])
        finally:
            self.fleet.services["controller"].process.send_signal(signal.SIGCONT)
        fleet.wait_for("the controller", lambda: self.answer(*ask) == ["words", "node-1", "node-2"])

    def test_zsh_is_told_which_words_go_on(self):
        self.assertEqual(self.answer("zsh", "node", "show", "node-1"), ["words", "whole\tnode-1"])
        self.assertEqual(self.answer("zsh", "node", "label", "rol"), ["words", "begun\trole=\t2 nodes"])
        self.assertEqual(self.answer("zsh", "run", "system.ping", "payload=@/et"), ["files 9"])

    def test_fish_gets_words_and_what_they_are(self):
        job = self.fleet.muster("exec", "--on", "all", "--detach", "--", "true").out.strip()
        done = self.answer("fish", "job", "show", job[:8])
        self.assertRegex(done[1], rf"^{job}\tsystem\.exec on all, \w+$")
        self.assertEqual(self.answer("fish", "node", "ls", "--on", "role=db or role=w"), ["words", "role=db or role=web\t1 node"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
