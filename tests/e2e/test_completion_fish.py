"""fish completes muster's words from a real fleet."""

import shutil
import unittest

import completing
import fleet


class CompletionFish(completing.CompletionTest):
    def test_fish(self):
        shell = self.shell(["fish", "--no-config", "-i"],
                           "set -g fish_autosuggestion_enabled 0; function fish_prompt; echo '$ '; end\n"
                           r"""bind \cx\cp 'printf "<%s>\n" (commandline | string collect)'""" "\n"
                           "muster completion fish | source")
        self.check_words(shell)
        self.check_files(shell)
        self.check_nothing_is_run(shell, "muster node label node-1 tier=")


if __name__ == "__main__":
    if not shutil.which("fish"):
        fleet.skip("there is no fish")
    unittest.main(verbosity=2)
